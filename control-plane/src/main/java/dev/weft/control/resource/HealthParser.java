package dev.weft.control.resource;

import dev.weft.control.resource.OutlierPolicy.FailurePercentage;
import dev.weft.control.resource.OutlierPolicy.SuccessRate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns what traffic policies say of the health of instances into typed parts. */
final class HealthParser {
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration NO_TRAFFIC = Duration.ofSeconds(60);

  private HealthParser() {}

  static OutlierPolicy outliers(Fields fields) {
    return new OutlierPolicy(
        fields.optionalNumber("consecutiveErrors"),
        fields.optionalNumber("consecutiveGatewayErrors"),
        fields.optionalNumber("consecutiveLocalOriginFailures"),
        fields.optional(
            "successRate",
            r ->
                new SuccessRate(
                    r.number("minimumHosts", 5),
                    r.number("requestVolume", 100),
                    r.decimal("stdevFactor", 1.9))),
        fields.optional(
            "failurePercentage",
            r ->
                new FailurePercentage(
                    r.number("threshold", 85),
                    r.number("minimumHosts", 5),
                    r.number("requestVolume", 50))),
        fields.optionalDuration("interval"),
        fields.optionalDuration("baseEjectionTime"),
        fields.optionalDuration("maxEjectionTime"),
        fields.optionalDuration("jitter"),
        fields.optionalNumber("maxEjectionPercent"),
        fields.flag("alwaysEjectOne", false));
  }

  static HealthCheckPolicy check(Fields fields) {
    Duration interval = orElse(fields.optionalDuration("interval"), INTERVAL);
    return new HealthCheckPolicy(
        interval,
        orElse(
            fields.optionalDuration("noTrafficInterval"),
            interval.compareTo(NO_TRAFFIC) > 0 ? interval : NO_TRAFFIC),
        orElse(fields.optionalDuration("timeout"), Duration.ofSeconds(1)),
        fields.number("unhealthyThreshold", 3),
        fields.number("healthyThreshold", 1),
        probe(fields));
  }

  private static HealthCheckPolicy.Probe probe(Fields fields) {
    if (fields.has("http")) {
      Fields http = fields.object("http");
      List<Integer> statuses = http.list("expectedStatuses", status -> status.node().asInt());
      return new HealthCheckPolicy.Http(
          http.text("path", "/"),
          http.optionalText("host"),
          statuses.isEmpty() ? List.of(200) : statuses);
    }
    return fields.has("grpc")
        ? new HealthCheckPolicy.Grpc(fields.object("grpc").text("service", ""))
        : new HealthCheckPolicy.Tcp();
  }

  private static Duration orElse(@Nullable Duration said, Duration other) {
    return said == null ? other : said;
  }
}
