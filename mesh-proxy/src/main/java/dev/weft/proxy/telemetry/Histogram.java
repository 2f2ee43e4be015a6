package dev.weft.proxy.telemetry;

import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Durations, or other numbers from 0 on, counted in Envoy's buckets and one at 2 ms; recording does
 * not allocate or block.
 */
final class Histogram {
  private static final long NANOS_PER_MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  private static final double[] BOUNDS_MILLIS = {
    0.5, 1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300000, 600000,
    1800000, 3600000
  };
  private static final long[] BOUNDS_NANOS = bounds(NANOS_PER_MILLI);
  private static final long[] BOUNDS = bounds(1);

  private final LongAdder[] buckets = new LongAdder[BOUNDS_NANOS.length + 1];
  private final LongAdder sum = new LongAdder();
  private final long[] bounds;
  private final double unit;

  /** Of durations in nanoseconds, shown in milliseconds. */
  Histogram() {
    this(BOUNDS_NANOS, NANOS_PER_MILLI);
  }

  private Histogram(long[] bounds, double unit) {
    this.bounds = bounds;
    this.unit = unit;
    Arrays.setAll(buckets, i -> new LongAdder());
  }

  /** Of numbers, shown as they are. */
  static Histogram ofNumbers() {
    return new Histogram(BOUNDS, 1);
  }

  private static long[] bounds(long unit) {
    return Arrays.stream(BOUNDS_MILLIS).mapToLong(bound -> (long) (bound * unit)).toArray();
  }

  void record(long value) {
    int found = Arrays.binarySearch(bounds, value);
    buckets[found >= 0 ? found : -found - 1].increment();
    sum.add(value);
  }

  /** Upper bounds, of durations in milliseconds, inclusive, without the last, infinite one. */
  static double[] bounds() {
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

  /** Of all, in milliseconds if they are durations. */
  double sum() {
    return sum.sum() / unit;
  }
}
