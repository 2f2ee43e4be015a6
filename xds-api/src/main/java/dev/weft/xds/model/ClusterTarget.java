package dev.weft.xds.model;

import java.util.List;
import java.util.Map;

/** Where a route or a TCP relay sends. */
public sealed interface ClusterTarget {
  /** Always this cluster. */
  record Single(String cluster) implements ClusterTarget {}

  /** One of these, in proportion to its weight; the sum of weights is 1..2^32-1. */
  record Weighted(List<WeightedCluster> clusters) implements ClusterTarget {
    public Weighted {
      clusters = List.copyOf(clusters);
    }
  }

  /**
   * One of several; weight 0 is never chosen.
   *
   * @param filters what it says of HTTP filters, by their names
   */
  record WeightedCluster(
      String cluster, long weight, HeaderMutations headers, Map<String, FilterOverride> filters) {
    public WeightedCluster {
      filters = Map.copyOf(filters);
    }

    /** A cluster that leaves filters as they are. */
    public WeightedCluster(String cluster, long weight, HeaderMutations headers) {
      this(cluster, weight, headers, Map.of());
    }
  }
}
