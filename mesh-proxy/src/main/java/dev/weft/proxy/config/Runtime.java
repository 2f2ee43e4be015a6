package dev.weft.proxy.config;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.xds.match.RouteTable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All configuration that a request can see, compiled; immutable. A request reads it once, when it
 * begins.
 */
public final class Runtime {
  /** Nothing yet. */
  public static final Runtime EMPTY = new Runtime(ProxyConfig.EMPTY, Map.of(), Map.of(), Map.of());

  private final ProxyConfig config;
  private final Map<String, ActiveCluster> clusters;
  private final Map<String, CompiledListener> listeners;
  private final Map<String, RouteTable<CompiledRoute>> routes;

  Runtime(
      ProxyConfig config,
      Map<String, ActiveCluster> clusters,
      Map<String, CompiledListener> listeners,
      Map<String, RouteTable<CompiledRoute>> routes) {
    this.config = config;
    this.clusters = Map.copyOf(clusters);
    this.listeners = Map.copyOf(listeners);
    this.routes = Map.copyOf(routes);
  }

  /** What it was compiled from. */
  public ProxyConfig config() {
    return config;
  }

  /** A cluster; null if there is none of that name. */
  public @Nullable ActiveCluster cluster(String name) {
    return clusters.get(name);
  }

  /** All clusters by name. */
  public Map<String, ActiveCluster> clusters() {
    return clusters;
  }

  /** All listeners by name. */
  public Map<String, CompiledListener> listeners() {
    return listeners;
  }

  /** The routes of a connection manager, this Runtime's where it has them. */
  public RouteTable<CompiledRoute> routes(CompiledHttp http) {
    RouteTable<CompiledRoute> mine = routes.get(http.routeKey());
    return mine != null ? mine : http.routes();
  }

  Map<String, RouteTable<CompiledRoute>> routes() {
    return routes;
  }
}
