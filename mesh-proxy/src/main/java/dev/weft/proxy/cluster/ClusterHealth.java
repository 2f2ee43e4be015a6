package dev.weft.proxy.cluster;

import dev.weft.proxy.upstream.UpstreamTarget;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Keeps time for the clusters of the Runtime in force: ejected endpoints come back. All but the
 * constructor runs in whatever thread publishes Runtimes, one at a time.
 */
public final class ClusterHealth {
  private final ScheduledExecutorService background;
  private final Consumer<Set<UpstreamTarget>> retire;
  private final Map<ClusterState, Ticking> ticking = new HashMap<>();

  /**
   * @param background ends with its owner; ticks run there
   * @param retire told of what nobody will connect to any more
   */
  public ClusterHealth(ScheduledExecutorService background, Consumer<Set<UpstreamTarget>> retire) {
    this.background = background;
    this.retire = retire;
  }

  /** These clusters are in force from now on. */
  public void activate(Collection<ActiveCluster> clusters) {
    Set<ClusterState> present = new HashSet<>();
    for (ActiveCluster cluster : clusters) {
      ClusterState state = cluster.state();
      present.add(state);
      ActiveCluster before = state.live();
      state.activate(cluster);
      if (before != cluster) {
        cluster.activated();
      }
      schedule(state, cluster.tickNanos());
    }
    for (ClusterState gone : Set.copyOf(ticking.keySet())) {
      if (!present.contains(gone)) {
        gone.activate(null);
        schedule(gone, 0);
      }
    }
  }

  private void schedule(ClusterState state, long nanos) {
    Ticking now = ticking.get(state);
    if (now != null && now.nanos == nanos) {
      return;
    }
    if (now != null) {
      now.future.cancel(false);
      ticking.remove(state);
    }
    if (nanos > 0) {
      ScheduledFuture<?> future =
          background.scheduleWithFixedDelay(() -> tick(state), nanos, nanos, TimeUnit.NANOSECONDS);
      ticking.put(state, new Ticking(nanos, future));
    }
  }

  private void tick(ClusterState state) {
    @Nullable ActiveCluster live = state.live();
    if (live != null) {
      long now = System.nanoTime();
      live.tick(now);
      Set<UpstreamTarget> gone = live.clean(now);
      if (!gone.isEmpty()) {
        retire.accept(gone);
      }
    }
  }

  private record Ticking(long nanos, ScheduledFuture<?> future) {}
}
