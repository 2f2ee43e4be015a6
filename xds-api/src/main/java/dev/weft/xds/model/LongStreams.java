package dev.weft.xds.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds requests that last ({@code weft.filters.http.long_streams.v1.LongStreams}).
 *
 * @param maxPerCaller how many of one caller may be under way to one cluster; 0 for no limit
 * @param callerHeader names callers without a certificate, in lower case; empty for none
 * @param clientIdle how long a client may say nothing before the end of its request; zero for ever
 * @param endpointIdle how long an endpoint may say nothing in its answer; zero for ever
 * @param noticeAfter when the client is told to go elsewhere with what is new; zero for never
 * @param noticeJitterPercent how much later that may be by chance, 0..100
 * @param maxDuration when a request is ended; zero for never
 * @param rebalance how clients are told when endpoints come; null for not at all
 */
public record LongStreams(
    int maxPerCaller,
    String callerHeader,
    Duration clientIdle,
    Duration endpointIdle,
    Duration noticeAfter,
    int noticeJitterPercent,
    Duration maxDuration,
    @Nullable Rebalance rebalance)
    implements HttpFilterRouteConfig {
  /** Bounds nothing. */
  public static final LongStreams NONE =
      new LongStreams(0, "", Duration.ZERO, Duration.ZERO, Duration.ZERO, 10, Duration.ZERO, null);

  /**
   * How fast streams follow endpoints that came.
   *
   * @param maxPercent of a cluster's streams that may be told in an interval, 1..100
   * @param interval for how long endpoints have to stay first; at least {@link #SHORTEST}
   */
  public record Rebalance(int maxPercent, Duration interval) {
    /** Where nothing is said of it. */
    public static final Rebalance DEFAULT = new Rebalance(10, Duration.ofSeconds(5));

    /** Intervals are no shorter. */
    public static final Duration SHORTEST = Duration.ofMillis(100);
  }

  /** Whether anything happens by time alone. */
  public boolean timed() {
    return clientIdle.isPositive()
        || endpointIdle.isPositive()
        || noticeAfter.isPositive()
        || maxDuration.isPositive();
  }
}
