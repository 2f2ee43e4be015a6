package dev.weft.proxy.format;

import dev.weft.proxy.telemetry.Moment;
import org.jspecify.annotations.Nullable;

/** Times between two moments of an exchange. */
final class Durations {
  private static final int MILLI = 1_000_000;

  private Durations() {}

  /** Whole milliseconds; null for what was not measured. */
  static @Nullable Long millis(long nanos) {
    return nanos < 0 ? null : nanos / MILLI;
  }

  /** {@code START:END:PRECISION}, of which the last may be left out. */
  static Value common(String operand) {
    String[] parts = operand.split(":");
    Moment start = Moment.valueOf(parts[0]);
    Moment end = Moment.valueOf(parts[1]);
    long unit =
        switch (parts.length == 3 ? parts[2] : "ms") {
          case "ns" -> 1;
          case "us" -> 1_000;
          default -> MILLI;
        };
    return exchange -> {
      long from = exchange.nanosAt(start);
      long to = exchange.nanosAt(end);
      return from < 0 || to < 0 || to < from ? null : (to - from) / unit;
    };
  }
}
