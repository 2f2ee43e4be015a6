package dev.weft.xds.codec;

import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.Ejection;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import io.envoyproxy.envoy.config.cluster.v3.OutlierDetection;
import java.time.Duration;

/** {@code envoy.config.cluster.v3.OutlierDetection}. */
final class OutlierDetections {
  private static final int DEFAULT_COUNT = 5;
  private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);
  private static final Duration DEFAULT_EJECTION = Duration.ofSeconds(30);
  private static final Duration DEFAULT_MAX_EJECTION = Duration.ofSeconds(300);
  private static final int DEFAULT_MAX_PERCENT = 10;
  private static final int DEFAULT_HOSTS = 5;
  private static final int DEFAULT_VOLUME = 100;
  private static final int DEFAULT_STDEV_FACTOR = 1900;
  private static final int DEFAULT_FAILURES = 85;
  private static final int DEFAULT_FAILURE_VOLUME = 50;
  private static final int ALWAYS = 100;
  private static final int NEVER = 0;

  private OutlierDetections() {}

  static dev.weft.xds.model.OutlierDetection decode(OutlierDetection detection, DecodeScope scope) {
    return new dev.weft.xds.model.OutlierDetection(
        new Consecutive(
            limit(detection.hasConsecutive5Xx(), detection.getConsecutive5Xx(), DEFAULT_COUNT),
            percent(
                detection.hasEnforcingConsecutive5Xx(),
                detection.getEnforcingConsecutive5Xx(),
                ALWAYS,
                scope.at("enforcing_consecutive_5xx"))),
        new Consecutive(
            limit(
                detection.hasConsecutiveGatewayFailure(),
                detection.getConsecutiveGatewayFailure(),
                DEFAULT_COUNT),
            percent(
                detection.hasEnforcingConsecutiveGatewayFailure(),
                detection.getEnforcingConsecutiveGatewayFailure(),
                NEVER,
                scope.at("enforcing_consecutive_gateway_failure"))),
        new Consecutive(
            limit(
                detection.hasConsecutiveLocalOriginFailure(),
                detection.getConsecutiveLocalOriginFailure(),
                DEFAULT_COUNT),
            percent(
                detection.hasEnforcingConsecutiveLocalOriginFailure(),
                detection.getEnforcingConsecutiveLocalOriginFailure(),
                ALWAYS,
                scope.at("enforcing_consecutive_local_origin_failure"))),
        detection.getSplitExternalLocalOriginErrors(),
        successRate(detection, scope),
        failurePercentage(detection, scope),
        detection.hasInterval()
            ? positive(detection.getInterval(), scope.at("interval"))
            : DEFAULT_INTERVAL,
        ejection(detection, scope),
        !detection.hasSuccessfulActiveHealthCheckUnejectHost()
            || detection.getSuccessfulActiveHealthCheckUnejectHost().getValue());
  }

  private static SuccessRate successRate(OutlierDetection detection, DecodeScope scope) {
    return new SuccessRate(
        limit(
            detection.hasSuccessRateMinimumHosts(),
            detection.getSuccessRateMinimumHosts(),
            DEFAULT_HOSTS),
        limit(
            detection.hasSuccessRateRequestVolume(),
            detection.getSuccessRateRequestVolume(),
            DEFAULT_VOLUME),
        limit(
            detection.hasSuccessRateStdevFactor(),
            detection.getSuccessRateStdevFactor(),
            DEFAULT_STDEV_FACTOR),
        percent(
            detection.hasEnforcingSuccessRate(),
            detection.getEnforcingSuccessRate(),
            ALWAYS,
            scope.at("enforcing_success_rate")),
        percent(
            detection.hasEnforcingLocalOriginSuccessRate(),
            detection.getEnforcingLocalOriginSuccessRate(),
            ALWAYS,
            scope.at("enforcing_local_origin_success_rate")));
  }

  private static FailurePercentage failurePercentage(
      OutlierDetection detection, DecodeScope scope) {
    return new FailurePercentage(
        percent(
            detection.hasFailurePercentageThreshold(),
            detection.getFailurePercentageThreshold(),
            DEFAULT_FAILURES,
            scope.at("failure_percentage_threshold")),
        limit(
            detection.hasFailurePercentageMinimumHosts(),
            detection.getFailurePercentageMinimumHosts(),
            DEFAULT_HOSTS),
        limit(
            detection.hasFailurePercentageRequestVolume(),
            detection.getFailurePercentageRequestVolume(),
            DEFAULT_FAILURE_VOLUME),
        percent(
            detection.hasEnforcingFailurePercentage(),
            detection.getEnforcingFailurePercentage(),
            NEVER,
            scope.at("enforcing_failure_percentage")),
        percent(
            detection.hasEnforcingFailurePercentageLocalOrigin(),
            detection.getEnforcingFailurePercentageLocalOrigin(),
            NEVER,
            scope.at("enforcing_failure_percentage_local_origin")));
  }

  private static Ejection ejection(OutlierDetection detection, DecodeScope scope) {
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
    return new Ejection(
        base,
        longest,
        Wire.duration(detection.getMaxEjectionTimeJitter(), scope.at("max_ejection_time_jitter")),
        percent(
            detection.hasMaxEjectionPercent(),
            detection.getMaxEjectionPercent(),
            DEFAULT_MAX_PERCENT,
            scope.at("max_ejection_percent")),
        detection.getAlwaysEjectOneHost().getValue());
  }

  private static Duration positive(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration decoded = Wire.duration(duration, scope);
    scope.require(decoded.isPositive(), "must be greater than 0s");
    return decoded;
  }

  private static int limit(boolean set, UInt32Value value, int otherwise) {
    return set ? Wire.limit(value) : otherwise;
  }

  private static int percent(boolean set, UInt32Value value, int otherwise, DecodeScope scope) {
    return set ? Wire.number(value.getValue(), 0, 100, scope) : otherwise;
  }

  static OutlierDetection encode(dev.weft.xds.model.OutlierDetection detection) {
    SuccessRate successRate = detection.successRate();
    FailurePercentage failures = detection.failurePercentage();
    Ejection ejection = detection.ejection();
    return OutlierDetection.newBuilder()
        .setConsecutive5Xx(Wire.uint32(detection.fiveXx().failures()))
        .setEnforcingConsecutive5Xx(Wire.uint32(detection.fiveXx().enforcing()))
        .setConsecutiveGatewayFailure(Wire.uint32(detection.gateway().failures()))
        .setEnforcingConsecutiveGatewayFailure(Wire.uint32(detection.gateway().enforcing()))
        .setConsecutiveLocalOriginFailure(Wire.uint32(detection.localOrigin().failures()))
        .setEnforcingConsecutiveLocalOriginFailure(Wire.uint32(detection.localOrigin().enforcing()))
        .setSplitExternalLocalOriginErrors(detection.splitExternalLocalOriginErrors())
        .setSuccessRateMinimumHosts(Wire.uint32(successRate.minimumHosts()))
        .setSuccessRateRequestVolume(Wire.uint32(successRate.requestVolume()))
        .setSuccessRateStdevFactor(Wire.uint32(successRate.stdevFactor()))
        .setEnforcingSuccessRate(Wire.uint32(successRate.enforcing()))
        .setEnforcingLocalOriginSuccessRate(Wire.uint32(successRate.enforcingLocalOrigin()))
        .setFailurePercentageThreshold(Wire.uint32(failures.threshold()))
        .setFailurePercentageMinimumHosts(Wire.uint32(failures.minimumHosts()))
        .setFailurePercentageRequestVolume(Wire.uint32(failures.requestVolume()))
        .setEnforcingFailurePercentage(Wire.uint32(failures.enforcing()))
        .setEnforcingFailurePercentageLocalOrigin(Wire.uint32(failures.enforcingLocalOrigin()))
        .setInterval(Wire.duration(detection.interval()))
        .setBaseEjectionTime(Wire.duration(ejection.base()))
        .setMaxEjectionTime(Wire.duration(ejection.longest()))
        .setMaxEjectionTimeJitter(Wire.duration(ejection.jitter()))
        .setMaxEjectionPercent(Wire.uint32(ejection.maxPercent()))
        .setAlwaysEjectOneHost(Wire.bool(ejection.alwaysOne()))
        .setSuccessfulActiveHealthCheckUnejectHost(Wire.bool(detection.healthCheckReadmits()))
        .build();
  }
}
