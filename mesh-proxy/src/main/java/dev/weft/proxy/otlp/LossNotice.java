package dev.weft.proxy.otlp;

/**
 * Counts what is lost until it is time to say so: at once, and then once a minute. Confined to one
 * thread; times are arguments.
 */
final class LossNotice {
  private static final long MINUTE = 60_000_000_000L;

  private long lost;
  private long toldNanos;
  private boolean told;

  /**
   * Adds to what is lost.
   *
   * @return all that was lost since it was told last, if it is to be told now; otherwise 0
   */
  long add(long more, long nowNanos) {
    lost += more;
    if (lost == 0 || told && nowNanos - toldNanos < MINUTE) {
      return 0;
    }
    long all = lost;
    lost = 0;
    told = true;
    toldNanos = nowNanos;
    return all;
  }
}
