package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import java.util.List;

/** Endpoints that are new get their share in steps. Of the ticking thread. */
final class SlowStart {
  /** In how many steps endpoints get their share, and how short a step may be. */
  private static final int STEPS = 50;

  private static final long SHORTEST_STEP = 50_000_000;

  private final long windowNanos;

  /** Whether all had their whole share when pickers were built last. */
  private boolean started;

  /**
   * @param windowNanos for how long endpoints start slowly; 0 where they do not
   */
  SlowStart(long windowNanos) {
    this.windowNanos = windowNanos;
  }

  /** Whether shares are others than when this was asked last. */
  boolean moves(List<Member<ActiveEndpoint>> members, long nowNanos) {
    if (windowNanos == 0) {
      return false;
    }
    boolean before = started;
    started =
        members.stream().noneMatch(member -> member.endpoint().ageNanos(nowNanos) < windowNanos);
    return !before;
  }

  /** How long a step is; {@link Long#MAX_VALUE} where there are none. */
  long stepNanos() {
    return windowNanos == 0 ? Long.MAX_VALUE : Math.max(SHORTEST_STEP, windowNanos / STEPS);
  }
}
