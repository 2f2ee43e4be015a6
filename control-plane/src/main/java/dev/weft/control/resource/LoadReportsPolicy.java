package dev.weft.control.resource;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How load that instances report (ORCA) makes weights. Null keeps Envoy's defaults.
 *
 * @param blackout reports of an instance count once they have come for so long
 * @param expiration a report counts for so long; zero: until the next
 * @param updatePeriod how often weights follow reports
 * @param errorPenalty how much errors count besides the utilization; at least 0
 * @param metrics named values, of which the greatest is the utilization of an instance that does
 *     not say its own
 */
public record LoadReportsPolicy(
    @Nullable Duration blackout,
    @Nullable Duration expiration,
    @Nullable Duration updatePeriod,
    @Nullable Double errorPenalty,
    List<String> metrics) {
  /** What every proxy can do. */
  private static final Duration SHORTEST_PERIOD = Duration.ofMillis(100);

  /** With the defaults. */
  public static final LoadReportsPolicy DEFAULT =
      new LoadReportsPolicy(null, null, null, null, List.of());

  public LoadReportsPolicy {
    metrics = List.copyOf(metrics);
  }

  static LoadReportsPolicy parse(Fields fields) {
    return new LoadReportsPolicy(
        fields.optionalDuration("blackout"),
        fields.optionalDuration("expiration"),
        fields.optionalDuration("updatePeriod"),
        fields.has("errorPenalty") ? fields.decimal("errorPenalty") : null,
        fields.list("metrics", name -> name.node().asText()));
  }

  /** What a schema cannot say of it. */
  void check(String at, Findings findings) {
    findings.require(
        updatePeriod == null || updatePeriod.compareTo(SHORTEST_PERIOD) >= 0,
        at + "/updatePeriod",
        "is shorter than 100ms",
        "use at least 100ms");
    findings.unique(metrics, at + "/metrics", "", "the metric");
  }
}
