package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.ClusterStats;
import org.jspecify.annotations.Nullable;

/** What a cluster keeps over Runtimes. */
final class ClusterState {
  private final ClusterStats stats;
  private volatile @Nullable ActiveCluster live;

  ClusterState(ClusterStats stats) {
    this.stats = stats;
  }

  ClusterStats stats() {
    return stats;
  }

  /** The cluster of the Runtime in force; null before there is one. */
  @Nullable ActiveCluster live() {
    return live;
  }

  void activate(@Nullable ActiveCluster cluster) {
    live = cluster;
  }
}
