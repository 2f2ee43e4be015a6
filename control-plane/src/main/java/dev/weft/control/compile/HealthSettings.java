package dev.weft.control.compile;

import dev.weft.control.resource.HealthCheckPolicy;
import dev.weft.control.resource.OutlierPolicy;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How callers find out which instances are well: by what these answer, and by asking them. */
final class HealthSettings {
  private static final int DEFAULT_ERRORS = 5;
  private static final int DEFAULT_PERCENT = 50;
  private static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final Duration BASE_EJECTION = Duration.ofSeconds(30);
  private static final Duration MAX_EJECTION = Duration.ofMinutes(5);
  private static final int ALWAYS = 100;

  /** So that sidecars which began together do not ask together for ever. */
  private static final int JITTER_PERCENT = 10;

  private static final int LOOKED_AT = 1024;

  /** So that the threshold counts every failure: other statuses would take an instance out. */
  private static final List<HealthCheck.Statuses> ANY = List.of(new HealthCheck.Statuses(100, 600));

  private HealthSettings() {}

  /**
   * What a policy says; without one, five errors in a row.
   *
   * @return null if nobody is ever left out
   */
  static @Nullable OutlierDetection outlier(@Nullable OutlierPolicy said) {
    if (said == null) {
      return OutlierDetection.consecutive5xx(
          DEFAULT_ERRORS,
          INTERVAL,
          new OutlierDetection.Ejection(
              BASE_EJECTION, MAX_EJECTION, Duration.ZERO, DEFAULT_PERCENT, false));
    }
    Consecutive errors = inARow(orElse(said.consecutiveErrors(), DEFAULT_ERRORS));
    Consecutive gateway = inARow(orElse(said.consecutiveGatewayErrors(), 0));
    Consecutive local = inARow(orElse(said.consecutiveLocalOriginFailures(), 0));
    boolean inARow = errors.failures() + gateway.failures() + local.failures() > 0;
    if (!inARow && said.successRate() == null && said.failurePercentage() == null) {
      return null;
    }
    return new OutlierDetection(
        errors,
        gateway,
        local,
        local.failures() > 0,
        successRate(said.successRate()),
        failurePercentage(said.failurePercentage()),
        orElse(said.interval(), INTERVAL),
        ejection(said),
        true);
  }

  private static Consecutive inARow(int failures) {
    return failures == 0 ? Consecutive.NEVER : new Consecutive(failures, ALWAYS);
  }

  private static OutlierDetection.SuccessRate successRate(
      OutlierPolicy.@Nullable SuccessRate said) {
    return said == null
        ? new OutlierDetection.SuccessRate(5, 100, 1900, 0, 0)
        : new OutlierDetection.SuccessRate(
            said.minimumHosts(),
            said.requestVolume(),
            (int) Math.round(said.stdevFactor() * 1000),
            ALWAYS,
            ALWAYS);
  }

  private static OutlierDetection.FailurePercentage failurePercentage(
      OutlierPolicy.@Nullable FailurePercentage said) {
    return said == null
        ? new OutlierDetection.FailurePercentage(85, 5, 50, 0, 0)
        : new OutlierDetection.FailurePercentage(
            said.threshold(), said.minimumHosts(), said.requestVolume(), ALWAYS, ALWAYS);
  }

  private static OutlierDetection.Ejection ejection(OutlierPolicy said) {
    Duration base = orElse(said.baseEjectionTime(), BASE_EJECTION);
    return new OutlierDetection.Ejection(
        base,
        orElse(said.maxEjectionTime(), base.compareTo(MAX_EJECTION) > 0 ? base : MAX_EJECTION),
        orElse(said.jitter(), Duration.ZERO),
        orElse(said.maxEjectionPercent(), DEFAULT_PERCENT),
        said.alwaysEjectOne());
  }

  /**
   * What callers of a port ask its instances.
   *
   * @return null if they ask nothing
   */
  static @Nullable HealthCheck check(PortView port) {
    HealthCheckPolicy said = port.settings().health();
    if (said == null || !said.probe().suits(port.protocol())) {
      return null;
    }
    return new HealthCheck(
        said.timeout(),
        new HealthCheck.Intervals(
            said.interval(),
            Duration.ZERO,
            Duration.ZERO,
            JITTER_PERCENT,
            said.noTrafficInterval(),
            said.noTrafficInterval(),
            said.interval(),
            said.interval(),
            said.interval()),
        said.unhealthyThreshold(),
        said.healthyThreshold(),
        true,
        List.of(),
        false,
        // The control plane knows who is there: a sidecar that said goodbye is gone at once.
        true,
        probe(said.probe(), port));
  }

  private static HealthCheck.Probe probe(HealthCheckPolicy.Probe said, PortView port) {
    String host = port.service().host();
    return switch (said) {
      case HealthCheckPolicy.Http http ->
          new HealthCheck.Http(
              "GET",
              http.host() == null ? host : http.host(),
              http.path(),
              List.of(),
              List.of(),
              "",
              List.of(),
              LOOKED_AT,
              http.expectedStatuses().stream()
                  .map(status -> new HealthCheck.Statuses(status, status + 1))
                  .toList(),
              ANY,
              port.protocol() != Protocol.HTTP,
              null);
      case HealthCheckPolicy.Grpc grpc -> new HealthCheck.Grpc(grpc.service(), host, List.of());
      case HealthCheckPolicy.Tcp _ -> new HealthCheck.Tcp("", List.of());
    };
  }

  private static <T> T orElse(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
