package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.health.Ejections;
import dev.weft.proxy.telemetry.ClusterStats;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** What a cluster keeps over Runtimes. */
final class ClusterState {
  private final ClusterStats stats;
  private final AtomicInteger active = new AtomicInteger();
  private final Ejections ejections = new Ejections();
  private final Relays relays = new Relays();

  /** When endpoints were compared last; of the ticking thread. */
  private long comparedNanos = System.nanoTime();

  private volatile @Nullable ActiveCluster live;
  private volatile boolean connected;

  ClusterState(ClusterStats stats) {
    this.stats = stats;
  }

  ClusterStats stats() {
    return stats;
  }

  Ejections ejections() {
    return ejections;
  }

  /** Those that may have to end before they are done. */
  Relays relays() {
    return relays;
  }

  /** Whether so much time has passed since endpoints were compared; then it begins anew. */
  boolean comparisonDue(long nowNanos, long intervalNanos) {
    boolean due = nowNanos - comparedNanos >= intervalNanos;
    if (due) {
      comparedNanos = nowNanos;
    }
    return due;
  }

  /** Requests in flight to all endpoints, where a policy wants to know. */
  int active() {
    return active.get();
  }

  void begin() {
    active.incrementAndGet();
  }

  void end() {
    active.decrementAndGet();
  }

  /** A connection is opened for somebody's request. */
  void connecting() {
    if (!connected) {
      connected = true;
    }
  }

  /** Whether one ever was. */
  boolean connected() {
    return connected;
  }

  /** The cluster of the Runtime in force; null before there is one. */
  @Nullable ActiveCluster live() {
    return live;
  }

  void activate(@Nullable ActiveCluster cluster) {
    live = cluster;
  }
}
