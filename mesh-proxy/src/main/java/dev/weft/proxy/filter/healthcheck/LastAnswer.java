package dev.weft.proxy.filter.healthcheck;

import org.jspecify.annotations.Nullable;

/**
 * What an endpoint last answered to a health check, known until its period is over. As with Envoy
 * periods follow each other from the filter's start, whenever answers come. For any thread.
 */
final class LastAnswer {
  /**
   * @param period the number of the period in which it came
   */
  record Answer(int status, boolean degraded, long period) {}

  private final long start;
  private final long length;
  private volatile @Nullable Answer last;

  /**
   * @param length of a period in nanoseconds, more than 0
   * @param start as {@link System#nanoTime}
   */
  LastAnswer(long length, long start) {
    this.length = length;
    this.start = start;
  }

  void put(int status, boolean degraded, long now) {
    last = new Answer(status, degraded, period(now));
  }

  /** The last one of this period; null if there is none. */
  @Nullable Answer at(long now) {
    Answer answer = last;
    return answer != null && answer.period() == period(now) ? answer : null;
  }

  private long period(long now) {
    return (now - start) / length;
  }
}
