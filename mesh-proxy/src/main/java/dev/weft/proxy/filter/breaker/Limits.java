package dev.weft.proxy.filter.breaker;

import dev.weft.xds.model.ErrorRateBreaker;

/**
 * When a breaker opens, and for how long; times are nanoseconds.
 *
 * @param maxConcurrent how many requests may be under way
 * @param windowNanos how long a request counts
 * @param minRequests with fewer in the window it stays closed
 * @param failurePercent of the requests in the window that open it
 * @param resetNanos how long it is open before a trial, and how long a trial may take
 */
record Limits(
    int maxConcurrent, long windowNanos, int minRequests, int failurePercent, long resetNanos) {
  static Limits of(ErrorRateBreaker breaker) {
    return new Limits(
        breaker.maxConcurrent(),
        breaker.window().toNanos(),
        breaker.minRequests(),
        breaker.failurePercent(),
        breaker.resetTimeout().toNanos());
  }

  /** Whether so many failures are too many. */
  boolean exceeded(long requests, long failures) {
    return requests >= minRequests && failures * 100 >= requests * failurePercent;
  }
}
