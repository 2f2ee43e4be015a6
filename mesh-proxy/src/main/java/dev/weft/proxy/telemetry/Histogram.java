package dev.weft.proxy.telemetry;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** Durations counted in Envoy's buckets and one at 2 ms; recording does not allocate or block. */
final class Histogram {
  private static final double[] BOUNDS_MILLIS = {
    0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
    1800000, 3600000
  };
  private static final long[] BOUNDS_NANOS =
      Arrays.stream(BOUNDS_MILLIS)
          .mapToLong(millis -> (long) (millis * TimeUnit.MILLISECONDS.toNanos(1)))
          .toArray();

  private final LongAdder[] buckets = new LongAdder[BOUNDS_NANOS.length + 1];
  private final LongAdder sumNanos = new LongAdder();

  Histogram() {
    Arrays.setAll(buckets, i -> new LongAdder());
  }

  void record(long nanos) {
    int found = Arrays.binarySearch(BOUNDS_NANOS, nanos);
    buckets[found >= 0 ? found : -found - 1].increment();
    sumNanos.add(nanos);
  }

  /** Upper bounds in milliseconds, inclusive, without the last, infinite one. */
  static double[] boundsMillis() {
    return BOUNDS_MILLIS.clone();
  }

  /** How many fell into each bucket; one more than there are bounds. */
  long[] counts() {
    return Arrays.stream(buckets).mapToLong(LongAdder::sum).toArray();
  }

  /** How many there were. */
  long total() {
    return Arrays.stream(buckets).mapToLong(LongAdder::sum).sum();
  }

  /** How many took at most so many milliseconds and more than the bound before, by the bound. */
  SortedMap<Double, Long> countsByMillis() {
    SortedMap<Double, Long> byBound = new TreeMap<>();
    for (int i = 0; i < buckets.length; i++) {
      byBound.put(
          i < BOUNDS_MILLIS.length ? BOUNDS_MILLIS[i] : Double.POSITIVE_INFINITY, buckets[i].sum());
    }
    return byBound;
  }

  double sumMillis() {
    return sumNanos.sum() / 1e6;
  }
}
