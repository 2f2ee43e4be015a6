package dev.weft.proxy.telemetry;

import java.util.Arrays;

/** How many requests of connection managers were traced, and why. Safe for use from any thread. */
public final class TraceCounts {
  private final Counter[] counters;

  private TraceCounts(Counter[] counters) {
    this.counters = counters;
  }

  /** The counts of the managers with this stat_prefix. */
  public static TraceCounts of(Telemetry telemetry, String statPrefix) {
    return new TraceCounts(
        Arrays.stream(TraceReason.values())
            .map(reason -> telemetry.counter(StatName.http(statPrefix, reason.statistic())))
            .toArray(Counter[]::new));
  }

  /** One more. */
  public void count(TraceReason reason) {
    counters[reason.ordinal()].increment();
  }
}
