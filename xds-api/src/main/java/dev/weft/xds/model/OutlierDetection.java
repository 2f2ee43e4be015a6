package dev.weft.xds.model;

import java.time.Duration;

/**
 * When endpoints are left out for what their answers show ({@code
 * envoy.config.cluster.v3.OutlierDetection}). Every detector says how likely an endpoint that it
 * finds is ejected, in percent, 0..100; it counts what it finds also where that is zero.
 *
 * @param fiveXx counts answers 500..599, and where failures are not split, missing answers
 * @param gateway counts answers 502..504, and where failures are not split, missing answers
 * @param localOrigin counts missing answers, where failures are split
 * @param splitExternalLocalOriginErrors whether missing answers count for themselves
 * @param interval in which success rates are looked at, and ejections that are over end; positive
 * @param healthCheckReadmits whether a health check that succeeds ends an ejection
 */
public record OutlierDetection(
    Consecutive fiveXx,
    Consecutive gateway,
    Consecutive localOrigin,
    boolean splitExternalLocalOriginErrors,
    SuccessRate successRate,
    FailurePercentage failurePercentage,
    Duration interval,
    Ejection ejection,
    boolean healthCheckReadmits) {
  /** Ejects after so many answers 500..599, or missing ones, in a row, and for nothing else. */
  public static OutlierDetection consecutive5xx(
      int failures, Duration interval, Ejection ejection) {
    return new OutlierDetection(
        new Consecutive(failures, 100),
        Consecutive.NEVER,
        Consecutive.NEVER,
        false,
        new SuccessRate(5, 100, 1900, 0, 0),
        new FailurePercentage(85, 5, 50, 0, 0),
        interval,
        ejection,
        true);
  }

  /**
   * Failures in a row.
   *
   * @param failures 0 for never
   * @param enforcing percent
   */
  public record Consecutive(int failures, int enforcing) {
    /** Finds nothing. */
    public static final Consecutive NEVER = new Consecutive(0, 0);
  }

  /**
   * Endpoints whose rate of success in an interval is far below what the others have.
   *
   * @param minimumHosts how many endpoints need enough requests
   * @param requestVolume how many requests of an interval are enough
   * @param stdevFactor thousandths of the standard deviation that a rate may be below the mean
   * @param enforcing percent, for answers
   * @param enforcingLocalOrigin percent, for whether there are answers
   */
  public record SuccessRate(
      int minimumHosts,
      int requestVolume,
      int stdevFactor,
      int enforcing,
      int enforcingLocalOrigin) {}

  /**
   * Endpoints that fail too much in an interval.
   *
   * @param threshold percent of failures, 0..100, from which on they are too many
   * @param minimumHosts how many endpoints need enough requests
   * @param requestVolume how many requests of an interval are enough
   * @param enforcing percent, for answers
   * @param enforcingLocalOrigin percent, for whether there are answers
   */
  public record FailurePercentage(
      int threshold,
      int minimumHosts,
      int requestVolume,
      int enforcing,
      int enforcingLocalOrigin) {}

  /**
   * For how long endpoints are out, and how many.
   *
   * @param base the time of the first ejection; each further one takes that much longer
   * @param longest at least the base
   * @param jitter up to so much longer, by chance
   * @param maxPercent 0..100, of all endpoints
   * @param alwaysOne whether one may be out whatever its percentage is
   */
  public record Ejection(
      Duration base, Duration longest, Duration jitter, int maxPercent, boolean alwaysOne) {}
}
