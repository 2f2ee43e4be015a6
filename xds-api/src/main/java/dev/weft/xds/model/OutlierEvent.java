package dev.weft.xds.model;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What outlier detection has done with an endpoint ({@code
 * envoy.data.cluster.v3.OutlierDetectionEvent}).
 *
 * @param endpoint its address and port
 * @param sinceLast the time since it came back last, or for one that comes back since it was
 *     ejected; null where it never was
 * @param ejections how often it was ejected, this time included
 */
public record OutlierEvent(
    String cluster,
    String endpoint,
    Instant at,
    @Nullable Duration sinceLast,
    int ejections,
    Action action) {
  /** What was done. */
  public sealed interface Action {}

  /**
   * It was found, and goes.
   *
   * @param enforced whether it does go
   */
  public record Ejected(Reason reason, Evidence evidence, boolean enforced) implements Action {}

  /** It is back. */
  public record Readmitted() implements Action {}

  /** Why an endpoint was found. */
  public enum Reason {
    CONSECUTIVE_5XX,
    CONSECUTIVE_GATEWAY_FAILURE,
    SUCCESS_RATE,
    CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
    SUCCESS_RATE_LOCAL_ORIGIN,
    FAILURE_PERCENTAGE,
    FAILURE_PERCENTAGE_LOCAL_ORIGIN
  }

  /** What it was found by. Rates are of successes, percent. */
  public sealed interface Evidence {}

  /** So many failures, one after the other. */
  public record InARow() implements Evidence {}

  /**
   * A rate far below the others'.
   *
   * @param threshold the least that would have done
   */
  public record BelowOthers(double rate, double average, double threshold) implements Evidence {}

  /** Too large a share of failures. */
  public record TooManyFailures(double rate) implements Evidence {}
}
