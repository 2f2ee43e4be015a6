package dev.weft.xds.model;

import java.time.Duration;

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
 */
public record LongStreams(
    int maxPerCaller,
    String callerHeader,
    Duration clientIdle,
    Duration endpointIdle,
    Duration noticeAfter,
    int noticeJitterPercent,
    Duration maxDuration)
    implements HttpFilterRouteConfig {
  /** Bounds nothing. */
  public static final LongStreams NONE =
      new LongStreams(0, "", Duration.ZERO, Duration.ZERO, Duration.ZERO, 10, Duration.ZERO);

  /** Whether anything happens by time alone. */
  public boolean timed() {
    return clientIdle.isPositive()
        || endpointIdle.isPositive()
        || noticeAfter.isPositive()
        || maxDuration.isPositive();
  }
}
