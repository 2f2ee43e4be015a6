package dev.weft.control.compile;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.TcpProxy;
import dev.weft.xds.model.VirtualHost;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a client is sent must stand on its own: every name that is referred to is there, and nothing
 * is there twice. A message says what refers to what.
 */
final class ConsistencyCheck {
  private final Set<String> clusters = new HashSet<>();
  private final Set<String> routeConfigs = new HashSet<>();
  private final Problems problems;

  ConsistencyCheck(Problems problems) {
    this.problems = problems;
  }

  /** Clusters that are there, and were checked already. */
  void known(Set<String> clusterNames) {
    clusters.addAll(clusterNames);
  }

  /** Route tables that are there, and were checked already. */
  void tables(Set<String> names) {
    routeConfigs.addAll(names);
  }

  /** Clusters have unique names, and every EDS cluster an endpoint set. */
  void clusters(Collection<Cluster> all, Set<String> endpointSets) {
    for (Cluster cluster : all) {
      if (!clusters.add(cluster.name())) {
        problems.add("cluster " + cluster.name() + " is there twice");
      }
      if (cluster.discovery() instanceof Cluster.Eds eds
          && !endpointSets.contains(eds.serviceName())) {
        problems.add(
            "cluster "
                + cluster.name()
                + " asks for the endpoint set "
                + eds.serviceName()
                + ", which does not exist");
      }
    }
  }

  /** Every domain leads to one virtual host, and every route to a cluster that is there. */
  void routes(RouteConfig config) {
    routeConfigs.add(config.name());
    Set<String> domains = new HashSet<>();
    for (VirtualHost host : config.virtualHosts()) {
      for (String domain : host.domains()) {
        if (!domains.add(domain)) {
          problems.add("route table " + config.name() + ": two virtual hosts answer to " + domain);
        }
      }
      host.filters()
          .values()
          .forEach(override -> override(override, "virtual host " + host.name()));
      for (Route route : host.routes()) {
        if (route.action() instanceof RouteAction.Forward forward) {
          String where = "virtual host " + host.name() + ", route \"" + route.name() + "\"";
          target(forward.target(), where);
          forward.mirrors().forEach(mirror -> cluster(mirror.cluster(), where + ", a mirror"));
        }
      }
    }
  }

  private void override(FilterOverride override, String where) {
    if (override instanceof FilterOverride.Configure(ErrorRateBreaker breaker)
        && breaker.fallback() instanceof ErrorRateBreaker.Fallback.Cluster(String cluster)) {
      cluster(cluster, where + ", a breaker's fallback");
    }
  }

  /** Addresses and names are unique, chains lead to clusters and route tables that are there. */
  void listeners(List<Listener> listeners) {
    Set<String> names = new HashSet<>();
    Set<Integer> ports = new HashSet<>();
    for (Listener listener : listeners) {
      if (!names.add(listener.name())) {
        problems.add("listener " + listener.name() + " is there twice");
      }
      if (listener.address() != null && !ports.add(listener.address().port())) {
        problems.add(
            "listener "
                + listener.name()
                + " wants port "
                + listener.address().port()
                + ", which another listener of this sidecar has");
      }
      for (FilterChain chain : listener.filterChains()) {
        chain(listener, chain);
      }
    }
  }

  private void chain(Listener listener, FilterChain chain) {
    String where = "listener " + listener.name() + ", chain " + chain.name();
    switch (chain.filter()) {
      case TcpProxy tcp -> target(tcp.target(), where);
      case HttpConnectionManager http ->
          http.routes().tables().forEach(table -> table(table, where));
    }
  }

  private void table(HttpConnectionManager.TableSource source, String where) {
    switch (source) {
      case HttpConnectionManager.Inline inline -> routes(inline.routeConfig());
      case HttpConnectionManager.Rds rds -> {
        if (!routeConfigs.contains(rds.routeConfigName())) {
          problems.add(
              where
                  + " asks for the route table "
                  + rds.routeConfigName()
                  + ", which does not exist");
        }
      }
    }
  }

  private void target(ClusterTarget target, String where) {
    switch (target) {
      case ClusterTarget.Single single -> cluster(single.cluster(), where);
      case ClusterTarget.FromHeader _ -> {} // known with the request only
      case ClusterTarget.Weighted weighted -> {
        long sum = 0;
        for (ClusterTarget.WeightedCluster cluster : weighted.clusters()) {
          cluster(cluster.cluster(), where);
          sum += cluster.weight();
        }
        if (sum < 1 || sum > 0xFFFF_FFFFL) {
          problems.add(where + ": the weights add up to " + sum + "; 1 to 4294967295 is possible");
        }
      }
    }
  }

  private void cluster(String name, String where) {
    if (!clusters.contains(name)) {
      problems.add(where + " leads to the cluster " + name + ", which does not exist");
    }
  }
}
