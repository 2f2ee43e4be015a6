package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.AddressOrder;
import dev.weft.proxy.upstream.LocalAddresses;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.SocketAddress;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles a cluster and its endpoints, keeping what has not changed. */
public final class ClusterCompiler {
  private final TlsContexts tlsContexts;
  private final Telemetry telemetry;
  private final Surroundings around;

  /**
   * @param around the proxy that the clusters are of
   */
  public ClusterCompiler(TlsContexts tlsContexts, Telemetry telemetry, Surroundings around) {
    this.tlsContexts = tlsContexts;
    this.telemetry = telemetry;
    this.around = around;
  }

  /**
   * The cluster in use.
   *
   * @param previous what is in force under this name; the same is returned if nothing has changed
   * @throws IllegalArgumentException naming the cluster and address, if an address is no IP literal
   */
  public ActiveCluster compile(
      Cluster config, EndpointSet endpoints, @Nullable ActiveCluster previous) {
    return compile(config, endpoints, LocalView.NONE, previous);
  }

  /**
   * The same where the proxy knows its own place.
   *
   * @param view of the proxy and its peers
   */
  public ActiveCluster compile(
      Cluster config, EndpointSet endpoints, LocalView view, @Nullable ActiveCluster previous) {
    if (previous != null
        && previous.view().equals(view)
        && previous.config().equals(config)
        && previous.endpointSet().equals(endpoints)) {
      return previous;
    }
    return compile(config, endpoints, view, null, previous);
  }

  /**
   * The same of a cluster that has other clusters' endpoints.
   *
   * @param clusters those that there are, the preferred first; compiled before
   */
  public ActiveCluster aggregate(
      Cluster config, List<ActiveCluster> clusters, @Nullable ActiveCluster previous) {
    Aggregation before = previous == null ? null : previous.aggregation();
    if (previous != null
        && before != null
        && previous.config().equals(config)
        && before.clusters().equals(clusters)) {
      return previous;
    }
    return compile(
        config,
        new EndpointSet(config.name(), List.of(), 1),
        LocalView.NONE,
        new Aggregation(clusters, config.panicThreshold()),
        previous);
  }

  private ActiveCluster compile(
      Cluster config,
      EndpointSet endpoints,
      LocalView view,
      @Nullable Aggregation aggregation,
      @Nullable ActiveCluster before) {
    // By another name it is counted anew.
    ActiveCluster previous =
        before != null && before.config().statisticsName().equals(config.statisticsName())
            ? before
            : null;
    ClusterState state =
        previous == null
            ? new ClusterState(telemetry.cluster(config.statisticsName()))
            : previous.state();
    Transports transports =
        Transports.compile(
            config, tlsContexts, telemetry, previous == null ? null : previous.transports());
    return new ActiveCluster(
        config,
        endpoints,
        transports,
        state,
        breakers(config, previous, state),
        members(config, endpoints, transports, previous),
        view,
        aggregation,
        destinations(config, transports, state),
        around);
  }

  private @Nullable Destinations destinations(
      Cluster config, Transports transports, ClusterState state) {
    if (!(config.discovery() instanceof Cluster.OriginalDst said)) {
      return null;
    }
    return new Destinations(
        said,
        address -> {
          Transports.Transport transport = transports.ofUnknown();
          return ActiveEndpoint.create(
              address,
              "",
              EndpointSet.Checking.DEFAULT,
              0,
              Map.of(),
              target(config, null, address, "", transport, List.of()),
              transport.checks(),
              wire(config.protocol()),
              null);
        },
        state.stats(),
        telemetry.counter(
            new StatName(
                "cluster." + config.statisticsName() + ".original_dst_host_invalid",
                "envoy_cluster_original_dst_host_invalid",
                List.of("envoy_cluster_name", config.statisticsName()),
                false)));
  }

  private static UpstreamTarget target(
      Cluster config,
      @Nullable String name,
      InetSocketAddress address,
      String hostname,
      Transports.Transport transport,
      List<InetSocketAddress> addresses) {
    return new UpstreamTarget(
        config.name(),
        name,
        address,
        WireProtocol.HTTP1,
        transport.tls(),
        transport.sni(hostname),
        transport.preface(),
        null,
        addresses,
        LocalAddresses.of(config.connections().sources()));
  }

  /** Where connections to it are tried, in that order; empty where it has one address. */
  private static List<InetSocketAddress> addresses(
      Cluster config, InetSocketAddress first, EndpointSet.Endpoint endpoint) {
    if (endpoint.additionalAddresses().isEmpty()) {
      return List.of();
    }
    List<InetSocketAddress> all = new ArrayList<>(List.of(first));
    endpoint.additionalAddresses().forEach(more -> all.add(address(config, more)));
    return AddressOrder.of(all, config.connections().happyEyeballs());
  }

  private static Map<Priority, CircuitBreaker> breakers(
      Cluster config, @Nullable ActiveCluster previous, ClusterState state) {
    Map<Priority, CircuitBreaker> breakers = new EnumMap<>(Priority.class);
    for (Priority priority : Priority.values()) {
      Cluster.Thresholds thresholds = ActiveCluster.thresholds(config, priority);
      breakers.put(
          priority,
          previous == null
              ? CircuitBreaker.create(priority, thresholds, state.stats())
              : previous.breaker(priority).with(thresholds));
    }
    return breakers;
  }

  private Members members(
      Cluster config,
      EndpointSet endpoints,
      Transports transports,
      @Nullable ActiveCluster previous) {
    Map<Object, ActiveEndpoint> known = new LinkedHashMap<>();
    if (previous != null) {
      previous.members().forEach(m -> known.put(m.endpoint().place(), m.endpoint()));
    }
    String name =
        config.discovery() instanceof Cluster.LogicalDns dns ? logicalName(dns.endpoints()) : null;
    // An address that is given twice counts once.
    Map<InetSocketAddress, Member<ActiveEndpoint>> members = new LinkedHashMap<>();
    for (EndpointSet.LocalityEndpoints locality : endpoints.localities()) {
      for (EndpointSet.Endpoint endpoint : locality.endpoints()) {
        InetSocketAddress address = address(config, endpoint.address());
        ActiveEndpoint before = known.get(name == null ? address : name);
        Transports.Transport transport = transports.of(endpoint, locality, before == null);
        ActiveEndpoint active =
            ActiveEndpoint.create(
                address,
                endpoint.hostname(),
                endpoint.checking(),
                locality.priority(),
                endpoint.namespaces(),
                target(
                    config,
                    name,
                    address,
                    endpoint.hostname(),
                    transport,
                    addresses(config, address, endpoint)),
                transport.checks(),
                wire(config.protocol()),
                before);
        if (config.tracked().endpoints()) {
          active.counted(telemetry, config.statisticsName());
        }
        HealthCheck check = config.healthCheck();
        if (check != null && !endpoint.checking().disabled() && before == null) {
          active.checks().begin(check.uncountedUntilChecked());
        }
        members.putIfAbsent(
            address,
            new Member<>(
                active,
                endpoint.weight(),
                locality.priority(),
                endpoint.health(),
                locality.locality(),
                locality.weight(),
                NetUtil.toSocketAddressString(address),
                endpoint.hostname(),
                endpoint.metadata()));
      }
    }
    return Members.of(members, config, previous);
  }

  /** Its one endpoint stays itself wherever it is. */
  private static String logicalName(EndpointSet named) {
    return named.localities().getFirst().endpoints().getFirst().address().toString();
  }

  private static @Nullable WireProtocol wire(Cluster.UpstreamProtocol protocol) {
    return switch (protocol) {
      case HTTP1 -> WireProtocol.HTTP1;
      case HTTP2 -> WireProtocol.HTTP2;
      case AUTO -> WireProtocol.ALPN;
      case USE_DOWNSTREAM -> null;
    };
  }

  private static InetSocketAddress address(Cluster config, SocketAddress address) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(address.host());
    if (literal == null) {
      throw new IllegalArgumentException(
          "cluster "
              + config.name()
              + ": endpoint "
              + address
              + " is not an IP literal; names must be resolved before");
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(literal), address.port());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "cluster " + config.name() + ": endpoint " + address + " is no address", e);
    }
  }
}
