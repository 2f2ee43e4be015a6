package dev.weft.proxy.filter.breaker;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * How many requests ended, and failed, in the last while, to a tenth of it. Its clock is its
 * caller's. From any thread, without locks; an object is made once in each tenth.
 */
final class RollingWindow {
  static final int BUCKETS = 10;
  private static final int FAILURES = 32;
  private static final long ONE = 1;
  private static final long ONE_FAILED = 1L << FAILURES | ONE;
  private static final long REQUESTS = 0xffff_ffffL;

  /** A tenth: failures in its upper half, all requests in its lower one. */
  private static final class Bucket extends AtomicLong {
    private static final long serialVersionUID = 1;

    /** Which tenth, counted from the beginning of the clock. */
    final long number;

    Bucket(long number, long counts) {
      super(counts);
      this.number = number;
    }
  }

  private final long nanos;
  private final long bucketNanos;
  private final AtomicReferenceArray<@Nullable Bucket> ring = new AtomicReferenceArray<>(BUCKETS);

  /**
   * @param nanos how long a request counts: nine tenths of it at least
   */
  RollingWindow(long nanos) {
    this.nanos = nanos;
    this.bucketNanos = Math.max(1, nanos / BUCKETS);
  }

  long nanos() {
    return nanos;
  }

  private long number(long now) {
    return Math.floorDiv(now, bucketNanos);
  }

  /** A request has ended. */
  void add(long now, boolean failed) {
    bucket(number(now)).getAndAdd(failed ? ONE_FAILED : ONE);
  }

  /** The bucket of a number; a later one where somebody else's clock is ahead. */
  private Bucket bucket(long number) {
    int place = Math.floorMod(number, BUCKETS);
    while (true) {
      Bucket held = ring.get(place);
      if (held != null && held.number >= number) {
        return held;
      }
      Bucket fresh = new Bucket(number, 0);
      if (ring.compareAndSet(place, held, fresh)) {
        return fresh;
      }
    }
  }

  /** What counts now; for {@link #requests} and {@link #failures}. */
  long counts(long now) {
    long oldest = number(now) - BUCKETS + 1;
    long sum = 0;
    for (int i = 0; i < BUCKETS; i++) {
      Bucket bucket = ring.get(i);
      if (bucket != null && bucket.number >= oldest) {
        sum += bucket.get();
      }
    }
    return sum;
  }

  /** The requests in what {@link #counts} gave. */
  static long requests(long counts) {
    return counts & REQUESTS;
  }

  /** The failures in what {@link #counts} gave. */
  static long failures(long counts) {
    return counts >>> FAILURES;
  }

  /** What counts now, in a window of another length: as old as it may be. */
  RollingWindow resized(long newNanos, long now) {
    RollingWindow resized = new RollingWindow(newNanos);
    long oldest = resized.number(now) - BUCKETS + 1;
    for (int i = 0; i < BUCKETS; i++) {
      Bucket bucket = ring.get(i);
      if (bucket != null && bucket.number > number(now) - BUCKETS) {
        long number = resized.number(bucket.number * bucketNanos);
        if (number >= oldest) {
          resized.bucket(number).getAndAdd(bucket.get());
        }
      }
    }
    return resized;
  }
}
