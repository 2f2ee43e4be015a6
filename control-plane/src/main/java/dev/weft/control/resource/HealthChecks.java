package dev.weft.control.resource;

import java.time.Duration;

/** What a schema cannot say about the parts of a traffic policy that are for instances' health. */
final class HealthChecks {
  /** Every calling sidecar asks every instance: more often is a load of its own. */
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(500);

  private static final Duration DEFAULT_EJECTION = Duration.ofSeconds(30);

  private HealthChecks() {}

  static void check(TrafficPolicyResource policy, Findings findings) {
    OutlierPolicy outliers = policy.outlierDetection();
    if (outliers != null) {
      outliers(outliers, findings);
    }
    HealthCheckPolicy health = policy.healthCheck();
    if (health != null) {
      String at = "/spec/healthCheck/";
      often(health.interval(), at + "interval", findings);
      often(health.noTrafficInterval(), at + "noTrafficInterval", findings);
      TrafficPolicyChecks.positive(health.timeout(), at + "timeout", findings);
    }
  }

  private static void often(Duration interval, String at, Findings findings) {
    findings.require(
        interval.compareTo(SHORTEST_INTERVAL) >= 0,
        at,
        "is shorter than 500ms, and every calling sidecar asks every instance",
        "use at least 500ms");
  }

  private static void outliers(OutlierPolicy outliers, Findings findings) {
    String at = "/spec/outlierDetection/";
    TrafficPolicyChecks.positive(outliers.interval(), at + "interval", findings);
    Duration base = outliers.baseEjectionTime();
    TrafficPolicyChecks.positive(base, at + "baseEjectionTime", findings);
    Duration most = outliers.maxEjectionTime();
    findings.require(
        most == null || most.compareTo(base == null ? DEFAULT_EJECTION : base) >= 0,
        at + "maxEjectionTime",
        "is shorter than baseEjectionTime (30s if it is left out)",
        "use at least that, or a shorter baseEjectionTime");
  }
}
