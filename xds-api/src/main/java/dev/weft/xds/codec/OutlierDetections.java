package dev.weft.xds.codec;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import java.time.Duration;

/** {@code envoy.config.cluster.v3.OutlierDetection}. */
final class OutlierDetections {
  private static final int DEFAULT_COUNT = 5;
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);
  private static final Duration DEFAULT_EJECTION = Duration.ofSeconds(30);
  private static final Duration DEFAULT_MAX_EJECTION = Duration.ofSeconds(300);
  private static final int DEFAULT_MAX_PERCENT = 10;
  private static final int ALWAYS = 100;

  private OutlierDetections() {}

  static dev.weft.xds.model.Cluster.OutlierDetection decode(
      OutlierDetection detection, DecodeScope scope) {
    Duration interval =
        detection.hasInterval()
            ? positive(detection.getInterval(), scope.at("interval"))
            : DEFAULT_INTERVAL;
    Duration base =
        detection.hasBaseEjectionTime()
            ? positive(detection.getBaseEjectionTime(), scope.at("base_ejection_time"))
            : DEFAULT_EJECTION;
    Duration longest =
        detection.hasMaxEjectionTime()
            ? Wire.duration(detection.getMaxEjectionTime(), scope.at("max_ejection_time"))
            : base.compareTo(DEFAULT_MAX_EJECTION) > 0 ? base : DEFAULT_MAX_EJECTION;
    scope
        .at("max_ejection_time")
        .require(longest.compareTo(base) >= 0, "must be at least base_ejection_time");
    successRate(detection, scope);
    return new dev.weft.xds.model.Cluster.OutlierDetection(
        count(
            detection.hasConsecutive5Xx(),
            detection.getConsecutive5Xx(),
            detection.hasEnforcingConsecutive5Xx(),
            detection.getEnforcingConsecutive5Xx(),
            ALWAYS,
            scope.at("enforcing_consecutive_5xx")),
        count(
            detection.hasConsecutiveGatewayFailure(),
            detection.getConsecutiveGatewayFailure(),
            detection.hasEnforcingConsecutiveGatewayFailure(),
            detection.getEnforcingConsecutiveGatewayFailure(),
            0,
            scope.at("enforcing_consecutive_gateway_failure")),
        count(
            detection.hasConsecutiveLocalOriginFailure(),
            detection.getConsecutiveLocalOriginFailure(),
            detection.hasEnforcingConsecutiveLocalOriginFailure(),
            detection.getEnforcingConsecutiveLocalOriginFailure(),
            ALWAYS,
            scope.at("enforcing_consecutive_local_origin_failure")),
        detection.getSplitExternalLocalOriginErrors(),
        interval,
        base,
        longest,
        detection.hasMaxEjectionPercent()
            ? Wire.number(
                detection.getMaxEjectionPercent().getValue(),
                0,
                100,
                scope.at("max_ejection_percent"))
            : DEFAULT_MAX_PERCENT,
        !detection.hasSuccessfulActiveHealthCheckUnejectHost()
            || detection.getSuccessfulActiveHealthCheckUnejectHost().getValue());
  }

  private static Duration positive(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration decoded = Wire.duration(duration, scope);
    scope.require(decoded.isPositive(), "must be greater than 0s");
    return decoded;
  }

  /** A detector's count; zero where it is not enforced. */
  private static int count(
      boolean set,
      UInt32Value count,
      boolean enforcingSet,
      UInt32Value enforcing,
      int enforcingDefault,
      DecodeScope scope) {
    int percent = enforcingSet ? enforcing.getValue() : enforcingDefault;
    scope.require(
        percent == 0 || percent == ALWAYS, "is not supported with any other value than 0 and 100");
    if (percent == 0) {
      return 0;
    }
    return set ? Wire.limit(count) : DEFAULT_COUNT;
  }

  /** Envoy compares success rates unless told not to; Weft does not, and says so. */
  private static void successRate(OutlierDetection detection, DecodeScope scope) {
    String reason = "ejection by success rate is not supported";
    scope
        .at("enforcing_success_rate")
        .require(detection.getEnforcingSuccessRate().getValue() == 0, reason + ": set it to 0");
    scope
        .at("enforcing_local_origin_success_rate")
        .require(
            detection.getEnforcingLocalOriginSuccessRate().getValue() == 0,
            reason + ": set it to 0");
    if (!detection.hasEnforcingSuccessRate()) {
      scope
          .at("enforcing_success_rate")
          .warning(reason + ": only consecutive failures are counted");
    }
  }

  static OutlierDetection encode(dev.weft.xds.model.Cluster.OutlierDetection detection) {
    UInt32Value never = Wire.uint32(0);
    UInt32Value always = Wire.uint32(ALWAYS);
    OutlierDetection.Builder encoded =
        OutlierDetection.newBuilder()
            .setSplitExternalLocalOriginErrors(detection.splitExternalLocalOriginErrors())
            .setInterval(Wire.duration(detection.interval()))
            .setBaseEjectionTime(Wire.duration(detection.baseEjectionTime()))
            .setMaxEjectionTime(Wire.duration(detection.maxEjectionTime()))
            .setMaxEjectionPercent(Wire.uint32(detection.maxEjectionPercent()))
            .setSuccessfulActiveHealthCheckUnejectHost(Wire.bool(detection.healthCheckReadmits()))
            .setEnforcingSuccessRate(never)
            .setEnforcingLocalOriginSuccessRate(never)
            .setEnforcingConsecutive5Xx(detection.consecutive5xx() > 0 ? always : never)
            .setEnforcingConsecutiveGatewayFailure(
                detection.consecutiveGatewayFailure() > 0 ? always : never)
            .setEnforcingConsecutiveLocalOriginFailure(
                detection.consecutiveLocalOriginFailure() > 0 ? always : never);
    if (detection.consecutive5xx() > 0) {
      encoded.setConsecutive5Xx(Wire.uint32(detection.consecutive5xx()));
    }
    if (detection.consecutiveGatewayFailure() > 0) {
      encoded.setConsecutiveGatewayFailure(Wire.uint32(detection.consecutiveGatewayFailure()));
    }
    if (detection.consecutiveLocalOriginFailure() > 0) {
      encoded.setConsecutiveLocalOriginFailure(
          Wire.uint32(detection.consecutiveLocalOriginFailure()));
    }
    return encoded.build();
  }
}
