package dev.weft.xds.model;

import dev.weft.xds.model.HeaderMutations.HeaderValue;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How many requests this proxy lets through by itself ({@code
 * envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit}).
 *
 * @param status of the refusal, 400..599
 * @param bucket null limits nothing
 * @param enabled the requests that take a token
 * @param enforced those of them that are refused without one
 * @param unenforcedRequestHeaders added to a request that has no token and goes on
 * @param responseHeaders added to the refusal
 * @param rateLimitHeaders whether answers tell the state of the bucket ({@code x-ratelimit-limit})
 * @param resourceExhausted whether gRPC callers get RESOURCE_EXHAUSTED, else UNAVAILABLE
 * @param rules which requests take from buckets of their own
 */
public record LocalRateLimit(
    String statPrefix,
    int status,
    @Nullable Bucket bucket,
    Fraction enabled,
    Fraction enforced,
    List<HeaderValue> unenforcedRequestHeaders,
    List<HeaderValue> responseHeaders,
    boolean rateLimitHeaders,
    boolean resourceExhausted,
    RateLimitRules rules)
    implements HttpFilterRouteConfig {
  public LocalRateLimit {
    unenforcedRequestHeaders = List.copyOf(unenforcedRequestHeaders);
    responseHeaders = List.copyOf(responseHeaders);
  }

  /**
   * A bucket that is full at first.
   *
   * @param max at least 1
   * @param perFill so many come in each interval; at least 1
   * @param interval at least 50 ms
   */
  public record Bucket(int max, int perFill, Duration interval) {}
}
