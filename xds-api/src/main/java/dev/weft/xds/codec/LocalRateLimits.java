package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.LocalRateLimit.Bucket;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.XRateLimitHeadersRFCVersion;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.TokenBucket;
import java.time.Duration;

/**
 * The message of {@link dev.weft.xds.model.LocalRateLimit}, of a manager's filter and of routes.
 */
final class LocalRateLimits {
  private static final int TOO_MANY_REQUESTS = 429;
  private static final Duration SHORTEST = Duration.ofMillis(50);

  private LocalRateLimits() {}

  static dev.weft.xds.model.LocalRateLimit decode(LocalRateLimit limit, DecodeScope scope) {
    return new dev.weft.xds.model.LocalRateLimit(
        Wire.text(limit.getStatPrefix(), scope.at("stat_prefix")),
        status(limit.getStatus(), scope.at("status").at("code")),
        limit.hasTokenBucket() ? bucket(limit.getTokenBucket(), scope.at("token_bucket")) : null,
        fraction(limit.hasFilterEnabled(), limit.getFilterEnabled(), scope.at("filter_enabled")),
        fraction(limit.hasFilterEnforced(), limit.getFilterEnforced(), scope.at("filter_enforced")),
        HeaderMutationsCodec.additions(
            limit.getRequestHeadersToAddWhenNotEnforcedList(),
            "request_headers_to_add_when_not_enforced",
            scope),
        HeaderMutationsCodec.additions(
            limit.getResponseHeadersToAddList(), "response_headers_to_add", scope),
        switch (limit.getEnableXRatelimitHeaders()) {
          case OFF -> false;
          case DRAFT_VERSION_03 -> true;
          case UNRECOGNIZED -> {
            scope.at("enable_x_ratelimit_headers").problem("is not known");
            yield false;
          }
        },
        limit.getRateLimitedAsResourceExhausted(),
        RateLimitDescriptors.decode(limit, scope));
  }

  /** Anything that is no error means 429, as to Envoy. */
  private static int status(HttpStatus status, DecodeScope scope) {
    int code = status.getCodeValue();
    scope.require(code == 0 || code >= 100 && code < 600, "is " + code + ", must be 400..599");
    return code < 400 || code >= 600 ? TOO_MANY_REQUESTS : code;
  }

  static Bucket bucket(TokenBucket bucket, DecodeScope scope) {
    Duration interval = Wire.duration(bucket.getFillInterval(), scope.at("fill_interval"));
    scope.at("fill_interval").require(interval.compareTo(SHORTEST) >= 0, "must be at least 50 ms");
    return new Bucket(
        Wire.number(bucket.getMaxTokens(), 1, Integer.MAX_VALUE, scope.at("max_tokens")),
        bucket.hasTokensPerFill()
            ? Wire.number(
                bucket.getTokensPerFill().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("tokens_per_fill"))
            : 1,
        interval);
  }

  private static Fraction fraction(boolean set, RuntimeFractionalPercent value, DecodeScope scope) {
    return set ? Fractions.decode(value, scope) : Fraction.NEVER;
  }

  static LocalRateLimit encode(dev.weft.xds.model.LocalRateLimit limit) {
    LocalRateLimit.Builder encoded =
        LocalRateLimit.newBuilder()
            .setStatPrefix(limit.statPrefix())
            .setStatus(HttpStatus.newBuilder().setCodeValue(limit.status()))
            .setFilterEnabled(Fractions.runtime(limit.enabled()))
            .setFilterEnforced(Fractions.runtime(limit.enforced()))
            .addAllRequestHeadersToAddWhenNotEnforced(
                HeaderMutationsCodec.encode(limit.unenforcedRequestHeaders()))
            .addAllResponseHeadersToAdd(HeaderMutationsCodec.encode(limit.responseHeaders()))
            .setRateLimitedAsResourceExhausted(limit.resourceExhausted());
    if (limit.rateLimitHeaders()) {
      encoded.setEnableXRatelimitHeaders(XRateLimitHeadersRFCVersion.DRAFT_VERSION_03);
    }
    Bucket bucket = limit.bucket();
    if (bucket != null) {
      encoded.setTokenBucket(encode(bucket));
    }
    RateLimitDescriptors.encode(limit.rules(), encoded);
    return encoded.build();
  }

  static TokenBucket encode(Bucket bucket) {
    return TokenBucket.newBuilder()
        .setMaxTokens(bucket.max())
        .setTokensPerFill(Wire.uint32(bucket.perFill()))
        .setFillInterval(Wire.duration(bucket.interval()))
        .build();
  }
}
