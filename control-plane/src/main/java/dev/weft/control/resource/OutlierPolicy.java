package dev.weft.control.resource;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When an instance is left out for a while.
 *
 * @param consecutiveErrors in a row; zero: never
 * @param consecutiveGatewayErrors answers 502, 503 and 504 in a row; null or zero: never
 * @param consecutiveLocalOriginFailures missing answers in a row, which count for themselves then;
 *     null: they count as errors
 * @param successRate null: rates are not compared
 * @param failurePercentage null: any share of failures will do
 * @param baseEjectionTime multiplied by the number of times it was left out
 * @param maxEjectionTime what that is at most
 * @param jitter up to so much longer
 * @param maxEjectionPercent of the instances, 0..100
 * @param alwaysEjectOne whether one may be out whatever its percentage is
 */
public record OutlierPolicy(
    @Nullable Integer consecutiveErrors,
    @Nullable Integer consecutiveGatewayErrors,
    @Nullable Integer consecutiveLocalOriginFailures,
    @Nullable SuccessRate successRate,
    @Nullable FailurePercentage failurePercentage,
    @Nullable Duration interval,
    @Nullable Duration baseEjectionTime,
    @Nullable Duration maxEjectionTime,
    @Nullable Duration jitter,
    @Nullable Integer maxEjectionPercent,
    boolean alwaysEjectOne) {

  /**
   * Leaves out who succeeds far less than the others in an interval.
   *
   * @param minimumHosts how many instances need enough requests
   * @param requestVolume how many requests of an interval are enough
   * @param stdevFactor of the standard deviation that a rate may be below the mean, to a thousandth
   */
  public record SuccessRate(int minimumHosts, int requestVolume, double stdevFactor) {}

  /**
   * Leaves out who fails too much in an interval.
   *
   * @param threshold percent of failures, 1..100
   * @param minimumHosts how many instances need enough requests
   * @param requestVolume how many requests of an interval are enough
   */
  public record FailurePercentage(int threshold, int minimumHosts, int requestVolume) {}
}
