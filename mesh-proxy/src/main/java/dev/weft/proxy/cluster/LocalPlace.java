package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the proxy runs, and the cluster that it and its peers are.
 *
 * @param cluster the name ({@code local_cluster_name}); empty where it is not known
 */
public record LocalPlace(String cluster, Locality locality) {
  /** Nowhere. */
  public static final LocalPlace NONE = new LocalPlace("", new Locality("", "", ""));

  private static final int PANIC = 50;

  /** What a balancer sees of the peers. */
  public LocalView view(@Nullable EndpointSet peers) {
    if (cluster.isEmpty() || peers == null) {
      return LocalView.NONE;
    }
    Map<Locality, Integer> healthy = new HashMap<>();
    int all = 0;
    int fit = 0;
    for (EndpointSet.LocalityEndpoints at : peers.localities()) {
      if (at.priority() > 0) {
        continue;
      }
      for (EndpointSet.Endpoint peer : at.endpoints()) {
        boolean counts =
            peer.health() == HealthStatus.UNKNOWN || peer.health() == HealthStatus.HEALTHY;
        all++;
        fit += counts ? 1 : 0;
        healthy.merge(at.locality(), counts ? 1 : 0, Integer::sum);
      }
    }
    return new LocalView(locality, healthy, 100 * fit < PANIC * all);
  }
}
