package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.RetryPolicy.RateLimitedBackoff;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RateLimitedRetryBackOff;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.ResetHeader;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.ResetHeaderFormat;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryBackOff;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RetryPolicy}. */
final class RetryPolicies {
  private static final Map<String, RetryOn> BY_TOKEN =
      Stream.of(RetryOn.values())
          .collect(Collectors.toUnmodifiableMap(RetryOn::token, Function.identity()));
  private static final Duration DEFAULT_BASE = Duration.ofMillis(25);
  private static final Duration MIN_BASE = Duration.ofMillis(1);
  private static final Duration DEFAULT_RESET_MAX = Duration.ofSeconds(300);
  private static final int MAX_TIMES_BASE = 10;

  private RetryPolicies() {}

  static dev.weft.xds.model.RetryPolicy decode(RetryPolicy policy, DecodeScope scope) {
    Duration base = DEFAULT_BASE;
    Duration max = base.multipliedBy(MAX_TIMES_BASE);
    if (policy.hasRetryBackOff()) {
      DecodeScope at = scope.at("retry_back_off");
      RetryBackOff backOff = policy.getRetryBackOff();
      base = Wire.duration(backOff.getBaseInterval(), at.at("base_interval"));
      at.at("base_interval").require(base.isPositive(), "must be greater than 0s");
      base = base.compareTo(MIN_BASE) < 0 ? MIN_BASE : base;
      max =
          backOff.hasMaxInterval()
              ? Wire.duration(backOff.getMaxInterval(), at.at("max_interval"))
              : base.multipliedBy(MAX_TIMES_BASE);
      at.at("max_interval").require(max.compareTo(base) >= 0, "must be at least base_interval");
    }
    return new dev.weft.xds.model.RetryPolicy(
        retryOn(policy.getRetryOn(), scope.at("retry_on")),
        statusCodes(policy, scope),
        headers(policy.getRetriableHeadersList(), "retriable_headers", scope),
        headers(policy.getRetriableRequestHeadersList(), "retriable_request_headers", scope),
        policy.hasNumRetries() ? Wire.limit(policy.getNumRetries()) : 1,
        Wire.duration(policy.getPerTryTimeout(), scope.at("per_try_timeout")),
        Wire.duration(policy.getPerTryIdleTimeout(), scope.at("per_try_idle_timeout")),
        base,
        max,
        RetryHosts.decode(policy, scope),
        rateLimited(policy, scope));
  }

  private static Set<RetryOn> retryOn(String tokens, DecodeScope scope) {
    Set<RetryOn> conditions = EnumSet.noneOf(RetryOn.class);
    for (String token : tokens.split(",", -1)) {
      RetryOn condition = BY_TOKEN.get(token.strip());
      if (condition != null) {
        conditions.add(condition);
      } else if (!token.isBlank()) {
        scope.warning("\"" + token.strip() + "\" is not known: it has no effect");
      }
    }
    return conditions;
  }

  private static List<Integer> statusCodes(RetryPolicy policy, DecodeScope scope) {
    List<Integer> codes = new ArrayList<>();
    for (int i = 0; i < policy.getRetriableStatusCodesCount(); i++) {
      codes.add(
          Wire.number(
              policy.getRetriableStatusCodes(i), 100, 599, scope.at("retriable_status_codes", i)));
    }
    return codes;
  }

  private static List<HeaderMatch> headers(
      List<HeaderMatcher> matchers, String field, DecodeScope scope) {
    List<HeaderMatch> headers = new ArrayList<>();
    for (int i = 0; i < matchers.size(); i++) {
      headers.add(HeaderMatches.decode(matchers.get(i), scope.at(field, i)));
    }
    return headers;
  }

  private static @Nullable RateLimitedBackoff rateLimited(RetryPolicy policy, DecodeScope scope) {
    if (!policy.hasRateLimitedRetryBackOff()) {
      return null;
    }
    RateLimitedRetryBackOff backOff = policy.getRateLimitedRetryBackOff();
    DecodeScope at = scope.at("rate_limited_retry_back_off");
    at.at("reset_headers").require(backOff.getResetHeadersCount() > 0, "must not be empty");
    List<dev.weft.xds.model.RetryPolicy.ResetHeader> headers = new ArrayList<>();
    for (int i = 0; i < backOff.getResetHeadersCount(); i++) {
      ResetHeader header = backOff.getResetHeaders(i);
      DecodeScope of = at.at("reset_headers", i);
      of.at("format").require(header.getFormat() != ResetHeaderFormat.UNRECOGNIZED, "is not known");
      headers.add(
          new dev.weft.xds.model.RetryPolicy.ResetHeader(
              HeaderNames.matched(header.getName(), of.at("name")),
              header.getFormat() == ResetHeaderFormat.UNIX_TIMESTAMP));
    }
    Duration max =
        backOff.hasMaxInterval()
            ? Wire.duration(backOff.getMaxInterval(), at.at("max_interval"))
            : DEFAULT_RESET_MAX;
    at.at("max_interval").require(max.isPositive(), "must be greater than 0s");
    return new RateLimitedBackoff(headers, max);
  }

  private static RateLimitedRetryBackOff encode(RateLimitedBackoff backoff) {
    RateLimitedRetryBackOff.Builder encoded =
        RateLimitedRetryBackOff.newBuilder().setMaxInterval(Wire.duration(backoff.max()));
    for (dev.weft.xds.model.RetryPolicy.ResetHeader header : backoff.resetHeaders()) {
      encoded.addResetHeaders(
          ResetHeader.newBuilder()
              .setName(header.name())
              .setFormat(
                  header.timestamp()
                      ? ResetHeaderFormat.UNIX_TIMESTAMP
                      : ResetHeaderFormat.SECONDS));
    }
    return encoded.build();
  }

  static RetryPolicy encode(dev.weft.xds.model.RetryPolicy policy) {
    RetryPolicy.Builder encoded =
        RetryPolicy.newBuilder()
            .setRetryOn(
                policy.retryOn().stream()
                    .sorted()
                    .map(RetryOn::token)
                    .collect(Collectors.joining(",")))
            .addAllRetriableStatusCodes(policy.retriableStatusCodes())
            .setNumRetries(Wire.uint32(policy.numRetries()))
            .setRetryBackOff(
                RetryBackOff.newBuilder()
                    .setBaseInterval(Wire.duration(policy.backoffBase()))
                    .setMaxInterval(Wire.duration(policy.backoffMax())));
    policy
        .retriableHeaders()
        .forEach(header -> encoded.addRetriableHeaders(HeaderMatches.encode(header)));
    policy
        .retriableRequestHeaders()
        .forEach(header -> encoded.addRetriableRequestHeaders(HeaderMatches.encode(header)));
    if (policy.rateLimited() != null) {
      encoded.setRateLimitedRetryBackOff(encode(policy.rateLimited()));
    }
    if (!policy.perTryTimeout().isZero()) {
      encoded.setPerTryTimeout(Wire.duration(policy.perTryTimeout()));
    }
    if (!policy.perTryIdleTimeout().isZero()) {
      encoded.setPerTryIdleTimeout(Wire.duration(policy.perTryIdleTimeout()));
    }
    RetryHosts.encode(policy.hosts(), encoded);
    return encoded.build();
  }
}
