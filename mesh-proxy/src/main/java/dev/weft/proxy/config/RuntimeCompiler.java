package dev.weft.proxy.config;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ClusterCompiler;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.route.CompiledRoutes;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Compiles configuration into a Runtime, off the event loops. Has no effect on the Runtime in
 * force: what has not changed is shared with it, down to endpoints' health and what is in flight.
 */
public final class RuntimeCompiler {
  private final ClusterCompiler clusters;
  private final ListenerCompiler listeners;
  private final LocalPlace place;

  /**
   * @param place where the proxy runs
   */
  public RuntimeCompiler(ClusterCompiler clusters, ListenerCompiler listeners, LocalPlace place) {
    this.clusters = clusters;
    this.listeners = listeners;
    this.place = place;
  }

  /**
   * The Runtime for a configuration.
   *
   * @param previous the one in force
   * @throws IllegalArgumentException naming the part, if one cannot be compiled; decoded resources
   *     can
   */
  public Runtime compile(ProxyConfig config, Runtime previous) {
    Map<String, ActiveCluster> active = new LinkedHashMap<>();
    LocalView view = view(config);
    for (ClusterConfig cluster : config.clusters()) {
      String name = cluster.cluster().name();
      if (!(cluster.cluster().discovery() instanceof Cluster.Aggregate)) {
        active.put(
            name,
            clusters.compile(cluster.cluster(), cluster.endpoints(), view, previous.cluster(name)));
      }
    }
    aggregates(config, active, previous).forEach(cluster -> active.put(cluster.name(), cluster));
    Map<String, CompiledRoutes> routes = new LinkedHashMap<>();
    config
        .routeConfigs()
        .forEach((name, table) -> routes.put(RouteKeys.rds(name), table(name, table, previous)));
    Map<String, CompiledListener> compiled = new LinkedHashMap<>();
    for (Listener listener : config.listeners()) {
      compiled.put(listener.name(), listeners.compile(listener, routes, previous));
    }
    return new Runtime(config, active, compiled, routes, bind(compiled.values(), routes, previous));
  }

  /** After all others, which they have the endpoints of; of each other they have none. */
  private List<ActiveCluster> aggregates(
      ProxyConfig config, Map<String, ActiveCluster> others, Runtime previous) {
    List<ActiveCluster> aggregates = new ArrayList<>();
    for (ClusterConfig cluster : config.clusters()) {
      if (cluster.cluster().discovery() instanceof Cluster.Aggregate(List<String> names)) {
        aggregates.add(
            clusters.aggregate(
                cluster.cluster(),
                names.stream().filter(others::containsKey).map(others::get).toList(),
                previous.cluster(cluster.cluster().name())));
      }
    }
    return aggregates;
  }

  private LocalView view(ProxyConfig config) {
    for (ClusterConfig cluster : config.clusters()) {
      if (cluster.cluster().name().equals(place.cluster())) {
        return place.view(cluster.endpoints());
      }
    }
    return LocalView.NONE;
  }

  private static Map<CompiledHttp, ScopedRoutes> bind(
      Collection<CompiledListener> listeners,
      Map<String, CompiledRoutes> routes,
      Runtime previous) {
    Map<CompiledHttp, ScopedRoutes> bound = new IdentityHashMap<>();
    for (CompiledListener listener : listeners) {
      for (CompiledChain chain : listener.chains()) {
        if (chain.handler() instanceof CompiledHttp http) {
          ScopedRoutes before = previous.routes(http);
          List<CompiledRoutes> now = new ArrayList<>(before.tables());
          for (int i = 0; i < now.size(); i++) {
            now.set(i, routes.getOrDefault(http.routeKeys().get(i), now.get(i)));
          }
          bound.put(http, before.with(now, http.filters()));
        }
      }
    }
    return bound;
  }

  private CompiledRoutes table(String name, RouteConfig table, Runtime previous) {
    CompiledRoutes kept = previous.routes().get(RouteKeys.rds(name));
    return kept != null && table.equals(previous.config().routeConfigs().get(name))
        ? kept
        : listeners.table(table);
  }
}
