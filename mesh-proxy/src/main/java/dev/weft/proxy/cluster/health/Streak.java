package dev.weft.proxy.cluster.health;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts failures in a row. */
final class Streak {
  private final AtomicInteger count = new AtomicInteger();

  /**
   * One more failure.
   *
   * @param limit 0 for none
   * @return whether the limit is reached; counting then begins anew
   */
  boolean fail(int limit) {
    if (limit == 0) {
      return false;
    }
    int now = count.incrementAndGet();
    return now >= limit && count.compareAndSet(now, 0);
  }

  void reset() {
    // A plain read first: healthy endpoints must not fight for the cache line.
    if (count.get() != 0) {
      count.set(0);
    }
  }
}
