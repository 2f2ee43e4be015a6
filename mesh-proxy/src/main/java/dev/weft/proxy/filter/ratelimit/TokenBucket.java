package dev.weft.proxy.filter.ratelimit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Tokens that come at a steady rate, up to a number; full at first. Its clock is its caller's. From
 * any thread.
 */
final class TokenBucket {
  private final int max;
  private final double nanosPerToken;

  /** When it was, or would have been, empty: bits of nanoseconds on the caller's clock. */
  private final AtomicLong emptyAt;

  /**
   * @param max how many there may be
   * @param perInterval how many come in an interval
   */
  TokenBucket(int max, int perInterval, long intervalNanos, long now) {
    this.max = max;
    this.nanosPerToken = (double) intervalNanos / perInterval;
    this.emptyAt = new AtomicLong(Double.doubleToRawLongBits(now - max * nanosPerToken));
  }

  /** Takes one, if there is one. */
  boolean take(long now) {
    while (true) {
      long bits = emptyAt.get();
      double start = start(bits, now);
      if (now - start < nanosPerToken) {
        return false;
      }
      if (emptyAt.compareAndSet(bits, Double.doubleToRawLongBits(start + nanosPerToken))) {
        return true;
      }
    }
  }

  /** What is above the maximum never came. */
  private double start(long bits, long now) {
    return Math.max(Double.longBitsToDouble(bits), now - max * nanosPerToken);
  }

  /** How fast they come. */
  double tokensPerNano() {
    return 1 / nanosPerToken;
  }

  int max() {
    return max;
  }

  /** How many there are. */
  int left(long now) {
    return (int) Math.max(0, (now - start(emptyAt.get(), now)) / nanosPerToken);
  }

  /** How long there is none, in whole seconds; 0 if there is one. */
  long secondsToNext(long now) {
    double missing = nanosPerToken - (now - start(emptyAt.get(), now));
    return missing <= 0 ? 0 : (long) Math.ceil(missing / 1e9);
  }
}
