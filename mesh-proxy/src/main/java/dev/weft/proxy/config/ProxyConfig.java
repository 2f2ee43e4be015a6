package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Everything the data path needs, complete: every route table that a listener names is here, and
 * every cluster has its endpoints. What is still on its way is left out by whoever assembles it.
 *
 * @param listeners to be bound; names and addresses are unique
 * @param routeConfigs by name; those that listeners ask for by RDS
 * @param clusters names are unique; routes may name clusters that are not here
 */
public record ProxyConfig(
    List<Listener> listeners, Map<String, RouteConfig> routeConfigs, List<ClusterConfig> clusters) {
  /** Nothing to listen on and nowhere to go. */
  public static final ProxyConfig EMPTY = new ProxyConfig(List.of(), Map.of(), List.of());

  /**
   * Checks that the parts fit.
   *
   * @throws IllegalArgumentException naming the listener or cluster, if a name comes twice, a
   *     listener has no address, or a route table is missing
   */
  public ProxyConfig {
    listeners = List.copyOf(listeners);
    routeConfigs = Map.copyOf(routeConfigs);
    clusters = List.copyOf(clusters);
    Set<String> names = new HashSet<>();
    for (Listener listener : listeners) {
      if (!names.add(listener.name())) {
        throw new IllegalArgumentException(
            "listener " + listener.name() + " is given twice; names must be unique");
      }
      if (listener.address() == null) {
        throw new IllegalArgumentException(
            "listener " + listener.name() + " has no address; leave API listeners out");
      }
      for (FilterChain chain : listener.filterChains()) {
        requireRoutes(listener, chain, routeConfigs);
      }
      FilterChain otherwise = listener.defaultFilterChain();
      if (otherwise != null) {
        requireRoutes(listener, otherwise, routeConfigs);
      }
    }
    names.clear();
    for (ClusterConfig cluster : clusters) {
      if (!names.add(cluster.cluster().name())) {
        throw new IllegalArgumentException(
            "cluster " + cluster.cluster().name() + " is given twice; names must be unique");
      }
    }
  }

  private static void requireRoutes(
      Listener listener, FilterChain chain, Map<String, RouteConfig> routeConfigs) {
    if (!(chain.filter() instanceof HttpConnectionManager http)) {
      return;
    }
    for (HttpConnectionManager.TableSource table : http.routes().tables()) {
      if (table instanceof HttpConnectionManager.Rds(String name)
          && !routeConfigs.containsKey(name)) {
        throw new IllegalArgumentException(
            "listener "
                + listener.name()
                + " asks for the route table "
                + name
                + ", which is missing; add it or leave the listener out until it is there");
      }
    }
  }

  /**
   * A cluster and its endpoints.
   *
   * @param endpoints from EDS, or as the cluster gives them; addresses are IP literals, so names
   *     are resolved before
   */
  public record ClusterConfig(Cluster cluster, EndpointSet endpoints) {}
}
