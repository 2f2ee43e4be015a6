package dev.weft.xds.model;

import java.util.List;

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

  /** Weight 0 is never chosen. */
  record WeightedCluster(String cluster, long weight, HeaderMutations headers) {}
}
