package dev.weft.proxy.cluster.health;

import dev.weft.xds.model.OutlierDetection.Ejection;
import java.util.List;

/**
 * Takes endpoints of a cluster out and back, and knows how many are out. It outlives Runtimes; its
 * lock guards what endpoints know of their ejections, and is held for moments.
 */
public final class Ejections {
  private int active;

  /** What became of an endpoint that was found. */
  enum Outcome {
    OUT,
    OUT_BEFORE,
    TOO_MANY_OUT,
    SPARED
  }

  /**
   * Takes an endpoint out, if that is within the limits.
   *
   * @param members how many endpoints there are
   * @param enforced whether it goes at all
   * @param jitterNanos for how much longer than its ejections say
   */
  synchronized Outcome eject(
      EndpointHealth endpoint,
      int members,
      Ejection limits,
      boolean enforced,
      long jitterNanos,
      long nowNanos) {
    if (endpoint.ejected()) {
      return Outcome.OUT_BEFORE;
    }
    // The one about to go counts.
    boolean room = (active + 1) * 100L <= (long) limits.maxPercent() * members;
    if (!room && !(limits.alwaysOne() && active == 0)) {
      return Outcome.TOO_MANY_OUT;
    }
    if (!enforced) {
      return Outcome.SPARED;
    }
    long base = limits.base().toNanos();
    // It takes longer each time, until that would take longer than the longest.
    boolean longer = endpoint.times() <= (limits.longest().toNanos() - 1) / base + 1;
    endpoint.eject(nowNanos, jitterNanos, longer);
    active++;
    return Outcome.OUT;
  }

  /**
   * An interval is over: takes an endpoint back whose time is over, or forgives one that is in an
   * ejection.
   *
   * @return whether it came back
   */
  synchronized boolean review(EndpointHealth endpoint, Ejection limits, long nowNanos) {
    if (!endpoint.ejected()) {
      if (endpoint.times() > 0) {
        endpoint.forgive();
      }
      return false;
    }
    long out = nowNanos - endpoint.ejectedAtNanos();
    if (out < nanos(endpoint.times(), limits) + endpoint.jitterNanos()) {
      return false;
    }
    return readmit(endpoint, nowNanos);
  }

  /**
   * Takes an endpoint back at once.
   *
   * @return whether it was out
   */
  public synchronized boolean readmit(EndpointHealth endpoint, long nowNanos) {
    if (!endpoint.ejected()) {
      return false;
    }
    endpoint.readmit(nowNanos);
    active = Math.max(0, active - 1);
    return true;
  }

  /** The base time for each ejection, up to the longest. */
  private static long nanos(int times, Ejection limits) {
    long base = limits.base().toNanos();
    long longest = limits.longest().toNanos();
    return base > longest / times ? longest : base * times;
  }

  /** Counts anew: the endpoints may be others than before. */
  synchronized void recount(List<EndpointHealth> members) {
    int now = 0;
    for (EndpointHealth member : members) {
      now += member.ejected() ? 1 : 0;
    }
    active = now;
  }
}
