package dev.weft.proxy.cluster.health;

import dev.weft.proxy.cluster.health.CheckedHealth.Change;
import dev.weft.xds.model.HealthCheck.Intervals;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** When the next check is due, by Envoy's rules; in whole milliseconds. */
public final class CheckSchedule {
  /** A hundred years: no pause is longer. */
  private static final long LONGEST = TimeUnit.DAYS.toMillis(36525);

  private final Intervals intervals;

  /** The schedule of a cluster. */
  public CheckSchedule(Intervals intervals) {
    this.intervals = intervals;
  }

  /** Milliseconds before the first check of an endpoint; 0 for at once. */
  public long first(RandomGenerator random) {
    long jitter = intervals.initialJitter().toMillis();
    return jitter == 0 ? 0 : Math.max(1, random.nextLong(jitter));
  }

  /**
   * Milliseconds between the end of a check and the next, 1 or more.
   *
   * @param success of the check
   * @param change what it changed
   * @param traffic whether the cluster ever had a connection that was not for a check
   */
  public long next(boolean success, Change change, boolean traffic, RandomGenerator random) {
    long base = base(success, change == Change.PENDING, traffic);
    long percent = intervals.jitterPercent();
    long share = percent > LONGEST / Math.max(1, base) ? LONGEST / 100 : percent * base / 100;
    long jitter = intervals.jitter().toMillis();
    long pause =
        base
            + (share > 0 ? random.nextLong(share) : 0)
            + (jitter > 0 ? random.nextLong(jitter) : 0);
    return Math.clamp(pause, 1, LONGEST);
  }

  private long base(boolean success, boolean edge, boolean traffic) {
    if (!traffic) {
      return (success && !edge ? intervals.noTrafficHealthy() : intervals.noTraffic()).toMillis();
    }
    if (success) {
      return (edge ? intervals.healthyEdge() : intervals.interval()).toMillis();
    }
    return (edge ? intervals.unhealthyEdge() : intervals.unhealthy()).toMillis();
  }
}
