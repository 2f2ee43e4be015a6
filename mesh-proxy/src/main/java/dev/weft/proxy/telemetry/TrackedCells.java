package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Sizes;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is measured of a cluster's requests only where that is asked for. */
final class TrackedCells {
  private final Histogram[] histograms = new Histogram[Measured.values().length];

  TrackedCells() {
    Arrays.setAll(histograms, i -> Histogram.ofNumbers());
  }

  void record(Measured what, long value) {
    histograms[what.ordinal()].record(value);
  }

  static Stream<Metric<ClusterCells>> metrics() {
    return Arrays.stream(Measured.values())
        .map(
            what ->
                new Sizes<>(
                    "upstream_" + what.name().toLowerCase(Locale.ROOT),
                    cells -> cells.tracked(what)));
  }

  /** Null as long as there is none. */
  @Nullable Histogram of(Measured what) {
    Histogram histogram = histograms[what.ordinal()];
    return histogram.total() == 0 ? null : histogram;
  }
}
