package dev.weft.proxy.cluster.balance;

/**
 * A latency that jumps to its peaks and decays slowly (peak EWMA), so that an endpoint that begins
 * to be slow is avoided at once and tried again after a while. All loops observe; an observation
 * that is lost to another of the same moment does no harm.
 */
public final class PeakLatency {
  /** Cost while nothing is known: endpoints without answers yet are used, but not by everybody. */
  private static final double UNKNOWN = 1;

  private volatile double average;
  private volatile long stamp;
  private volatile long decay = 1;

  /**
   * An answer took so long.
   *
   * @param now of {@link System#nanoTime}
   * @param decayNanos after which an answer counts 1/e
   */
  public void observe(long nanos, long now, long decayNanos) {
    double before = average;
    if (nanos >= before) {
      average = nanos;
    } else {
      double kept = Math.exp(-(double) Math.max(0, now - stamp) / decayNanos);
      average = before * kept + nanos * (1 - kept);
    }
    decay = decayNanos;
    stamp = now;
  }

  /** What another request would cost beside so many in flight. */
  public double cost(long now, int active) {
    double known = average;
    if (known == 0) {
      return active == 0 ? 0 : UNKNOWN * active * 1e9;
    }
    return known * Math.exp(-(double) Math.max(0, now - stamp) / decay) * (active + 1);
  }
}
