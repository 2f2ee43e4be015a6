package dev.weft.proxy.telemetry;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.telemetry.CellFamily.Naming;
import dev.weft.proxy.telemetry.RequestGroup.Kind;
import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.GrpcStatsFilter;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.Inline;
import dev.weft.xds.model.HttpConnectionManager.TableSource;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Listener.TrafficDirection;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.StatText;
import dev.weft.xds.model.TcpProxy;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** All counts of the proxy, and where exchanges and spans go. */
public final class MeshTelemetry implements Telemetry {
  private final CellFamily<String, ClusterCells> clusters =
      new CellFamily<>(
          Naming.of("cluster", "envoy_cluster_name"), ClusterCells.METRICS, ClusterCells::new);
  private final CellFamily<String, HttpCells> http =
      new CellFamily<>(
          Naming.of("http", "envoy_http_conn_manager_prefix"), HttpCells.METRICS, HttpCells::new);
  private final CellFamily<String, TcpCells> tcp =
      new CellFamily<>(Naming.of("tcp", "envoy_tcp_prefix"), TcpCells.METRICS, TcpCells::new);
  private final CellFamily<String, ListenerCells> listeners =
      new CellFamily<>(
          Naming.of("listener", "envoy_listener_address"),
          ListenerCells.METRICS,
          ListenerCells::new);
  private final Map<Kind, CellFamily<RequestGroup, RequestCells>> requests =
      new EnumMap<>(
          Map.of(
              Kind.ROUTE, requests(Kind.ROUTE, "envoy_route"),
              Kind.VIRTUAL_CLUSTER, requests(Kind.VIRTUAL_CLUSTER, "envoy_virtual_cluster")));
  private final FilterCounts filters = new FilterCounts();
  private final GrpcCounts grpc = new GrpcCounts();
  private final ExchangeObserver observer;
  private final TracingSource tracing;

  /** Gives the tracing of a direction. */
  @FunctionalInterface
  public interface TracingSource {
    Tracing of(TrafficDirection direction);
  }

  /**
   * @param observer is told of every exchange
   */
  public MeshTelemetry(ExchangeObserver observer, TracingSource tracing) {
    this.observer = observer;
    this.tracing = tracing;
  }

  @Override
  public ClusterStats cluster(String cluster) {
    return clusters.get(cluster);
  }

  @Override
  public HttpStats http(String statPrefix) {
    return http.get(StatText.of(statPrefix));
  }

  @Override
  public TcpStats tcp(String statPrefix) {
    return tcp.get(StatText.of(statPrefix));
  }

  @Override
  public ListenerStats listener(String listener) {
    return listeners.get(listener);
  }

  @Override
  public Counter counter(StatName name) {
    return filters.get(name);
  }

  @Override
  public GrpcCounts grpc() {
    return grpc;
  }

  private static CellFamily<RequestGroup, RequestCells> requests(Kind kind, String label) {
    return new CellFamily<>(
        new Naming<RequestGroup>(
            group -> "vhost." + group.plain(),
            "envoy_vhost_" + kind.text,
            group -> new String[] {label, group.name(), "envoy_virtual_host", group.virtualHost()}),
        RequestCells.METRICS,
        RequestCells::new);
  }

  private CellFamily<RequestGroup, RequestCells> requests(Kind kind) {
    return Objects.requireNonNull(requests.get(kind));
  }

  @Override
  public RequestTally tally(List<RequestGroup> groups) {
    return new RequestTally(
        groups.stream().map(group -> requests(group.kind()).get(group)).toList());
  }

  @Override
  public Tracing tracing(TrafficDirection direction) {
    return tracing.of(direction);
  }

  @Override
  public ExchangeObserver exchanges(TrafficDirection direction) {
    return observer;
  }

  /** Forgets the counts of what is not configured any more, so that their number stays bounded. */
  public void retain(ProxyConfig config) {
    Set<String> clusterNames = new HashSet<>();
    config.clusters().forEach(cluster -> clusterNames.add(cluster.cluster().statisticsName()));
    Set<String> listenerNames = new HashSet<>();
    Set<String> httpPrefixes = new HashSet<>();
    Set<String> tcpPrefixes = new HashSet<>();
    Set<GrpcMethod> grpcMethods = new HashSet<>();
    Set<RequestGroup> groups = new HashSet<>();
    config.routeConfigs().values().forEach(table -> RequestGroup.addAll(table, groups));
    for (Listener listener : config.listeners()) {
      listenerNames.add(listener.statisticsName());
      Stream.concat(
              listener.filterChains().stream(), Stream.ofNullable(listener.defaultFilterChain()))
          .map(FilterChain::filter)
          .forEach(
              filter -> {
                switch (filter) {
                  case HttpConnectionManager manager -> {
                    httpPrefixes.add(StatText.of(manager.statPrefix()));
                    manager.filters().forEach(one -> addListed(one, grpcMethods));
                    addGroups(manager, groups);
                  }
                  case TcpProxy relay -> tcpPrefixes.add(StatText.of(relay.statPrefix()));
                }
              });
    }
    clusters.retain(clusterNames);
    listeners.retain(listenerNames);
    http.retain(httpPrefixes);
    tcp.retain(tcpPrefixes);
    grpc.retain(clusterNames, grpcMethods);
    requests.values().forEach(family -> family.retain(groups));
  }

  /** Those of tables that stand in the listener itself. */
  private static void addGroups(HttpConnectionManager manager, Set<RequestGroup> groups) {
    for (TableSource source : manager.routes().tables()) {
      if (source instanceof Inline(RouteConfig table)) {
        RequestGroup.addAll(table, groups);
      }
    }
  }

  /** The methods whose calls a filter counts by themselves, because it names them. */
  private static void addListed(HttpFilterConfig filter, Set<GrpcMethod> methods) {
    HttpFilterConfig config = filter instanceof DisabledFilter(var inner) ? inner : filter;
    if (config instanceof GrpcStatsFilter calls
        && calls.methods() instanceof GrpcStatsFilter.Methods.Listed(var services)) {
      for (GrpcStatsFilter.Service service : services) {
        service.methods().forEach(name -> methods.add(new GrpcMethod(service.name(), name)));
      }
    }
  }

  /** Everything counted, in Prometheus' text format. */
  public void writePrometheus(PrometheusText out) {
    clusters.writePrometheus(out);
    http.writePrometheus(out);
    tcp.writePrometheus(out);
    listeners.writePrometheus(out);
    requests.values().forEach(family -> family.writePrometheus(out));
    filters.writePrometheus(out);
    grpc.writePrometheus(out);
  }

  /** Everything counted, by Envoy's plain names, a line each. */
  public void writePlain(StringBuilder out) {
    clusters.writePlain(out);
    http.writePlain(out);
    tcp.writePlain(out);
    listeners.writePlain(out);
    requests.values().forEach(family -> family.writePlain(out));
    filters.writePlain(out);
    grpc.writePlain(out);
  }

  /** The load of each cluster since the process began. */
  public Map<String, ClusterLoad> loads() {
    return clusters.map(ClusterCells::load);
  }
}
