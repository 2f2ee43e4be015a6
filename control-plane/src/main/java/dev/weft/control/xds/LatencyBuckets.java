package dev.weft.control.xds;

import java.util.Optional;

/**
 * Request times as they travel by LRS: the named metric {@code weft_request_ms_le_N} counts, in
 * {@code num_requests_finished_with_metric}, the requests that took at most {@code N} ms and more
 * than the bound before; {@code weft_request_ms_le_inf} all longer ones.
 */
final class LatencyBuckets {
  /** Upper bounds in ms; the last bucket has none. */
  private static final double[] BOUNDS = {
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000
  };

  private static final String PREFIX = "weft_request_ms_le_";

  /** How many buckets there are. */
  static final int COUNT = BOUNDS.length + 1;

  private LatencyBuckets() {}

  /** The bucket of a metric, or empty if it is another metric. */
  static Optional<Integer> indexOf(String metricName) {
    if (!metricName.startsWith(PREFIX)) {
      return Optional.empty();
    }
    String bound = metricName.substring(PREFIX.length());
    for (int i = 0; i < BOUNDS.length; i++) {
      if (bound.equals(Long.toString((long) BOUNDS[i]))) {
        return Optional.of(i);
      }
    }
    return bound.equals("inf") ? Optional.of(BOUNDS.length) : Optional.empty();
  }

  /** The time in ms that a share (0..1) of the requests kept, interpolated; NaN without any. */
  static double percentile(double[] counts, double share) {
    double total = 0;
    for (double count : counts) {
      total += count;
    }
    if (total <= 0) {
      return Double.NaN;
    }
    double wanted = total * share;
    double seen = 0;
    for (int i = 0; i < counts.length; i++) {
      if (seen + counts[i] >= wanted && counts[i] > 0) {
        double low = i == 0 ? 0 : BOUNDS[i - 1];
        double high = i < BOUNDS.length ? BOUNDS[i] : low;
        return low + (high - low) * (wanted - seen) / counts[i];
      }
      seen += counts[i];
    }
    return BOUNDS[BOUNDS.length - 1];
  }
}
