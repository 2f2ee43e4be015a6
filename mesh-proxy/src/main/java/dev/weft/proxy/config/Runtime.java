package dev.weft.proxy.config;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.route.CompiledRoutes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All configuration that a request can see, compiled; immutable. A request reads it once, when it
 * begins.
 */
public final class Runtime {
  /** Nothing yet. */
  public static final Runtime EMPTY =
      new Runtime(ProxyConfig.EMPTY, Map.of(), Map.of(), Map.of(), Map.of());

  private final ProxyConfig config;
  private final Map<String, ActiveCluster> clusters;
  private final Map<String, CompiledListener> listeners;
  private final Map<String, CompiledRoutes> routes;

  /** By identity. */
  private final Map<CompiledHttp, ScopedRoutes> bound;

  Runtime(
      ProxyConfig config,
      Map<String, ActiveCluster> clusters,
      Map<String, CompiledListener> listeners,
      Map<String, CompiledRoutes> routes,
      Map<CompiledHttp, ScopedRoutes> bound) {
    this.config = config;
    this.clusters = Map.copyOf(clusters);
    this.listeners = Map.copyOf(listeners);
    this.routes = Map.copyOf(routes);
    this.bound = bound;
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

  /** The routes of a connection manager; those it was compiled with if it is no part of this. */
  public ScopedRoutes routes(CompiledHttp http) {
    return bound.getOrDefault(http, http.routes());
  }

  /** Whether a connection manager is still in force. */
  public boolean has(CompiledHttp http) {
    return bound.containsKey(http);
  }

  Map<String, CompiledRoutes> routes() {
    return routes;
  }
}
