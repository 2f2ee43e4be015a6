package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.Map;
import java.util.Set;

/**
 * The resources at hand at one moment, by name; an endpoint set by the service name it was asked
 * for.
 *
 * @param resolved endpoints of clusters whose names are resolved here, by cluster name
 * @param givenUp resources that were asked for and did not come in time: whatever waits for them
 *     goes on without
 * @param pending types that are asked for as a whole and of which nothing was heard yet: the first
 *     listeners wait for them
 */
public record Resources(
    Map<String, Listener> listeners,
    Map<String, RouteConfig> routes,
    Map<String, Cluster> clusters,
    Map<String, EndpointSet> endpoints,
    Map<String, EndpointSet> resolved,
    Set<ResourceKey> givenUp,
    Set<XdsType> pending) {
  /** Nothing. */
  public static final Resources NONE =
      new Resources(Map.of(), Map.of(), Map.of(), Map.of(), Map.of(), Set.of(), Set.of());

  public Resources {
    listeners = Map.copyOf(listeners);
    routes = Map.copyOf(routes);
    clusters = Map.copyOf(clusters);
    endpoints = Map.copyOf(endpoints);
    resolved = Map.copyOf(resolved);
    givenUp = Set.copyOf(givenUp);
    pending = Set.copyOf(pending);
  }
}
