package dev.weft.control.compile;

import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource.RateLimitedBackoff;
import dev.weft.control.resource.TrafficPolicyResource.ResetFormat;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RetryPolicyBuilder;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** When requests are tried again: what policies say, and what a rule says instead. */
final class RetryTranslator {
  private static final int DEFAULT_ATTEMPTS = 2;

  /** Of a port that is never tried again, where a rule of it is. */
  private static final RetryPolicy DEFAULT =
      new RetryPolicy(
          Set.of(),
          List.of(),
          List.of(),
          DEFAULT_ATTEMPTS,
          Duration.ZERO,
          Duration.ofMillis(25),
          Duration.ofMillis(250),
          true);

  /** Overrides a policy of the virtual host, which null would not. */
  private static final RetryPolicy NEVER =
      RetryPolicyBuilder.builder(DEFAULT).numRetries(0).build();

  /** Envoy's, where only the base is said. */
  private static final int BACKOFF_GROWTH = 10;

  private static final Duration MAX_RESET = Duration.ofMinutes(5);
  private static final Map<String, RetryOn> RETRY_ON =
      Arrays.stream(RetryOn.values()).collect(Collectors.toMap(RetryOn::token, on -> on));

  private RetryTranslator() {}

  /**
   * What the policies of an HTTP port say.
   *
   * @return null if nothing is ever tried again
   */
  static @Nullable RetryPolicy ofPort(Protocol protocol, @Nullable Retries retries) {
    if (retries == null) {
      return RetryPolicyBuilder.builder(DEFAULT).retryOn(defaultOn(protocol)).build();
    }
    if (retries.attempts() == 0) {
      return null;
    }
    var backoff = retries.backoff();
    return new RetryPolicy(
        on(protocol, retries),
        retries.statusCodes(),
        MatchTranslator.headers(retries.responseHeaders()),
        retries.methods().stream().map(m -> HeaderMatch.exact(":method", m)).toList(),
        retries.attempts(),
        orZero(retries.perTryTimeout()),
        orZero(retries.perTryIdleTimeout()),
        backoff == null ? DEFAULT.backoffBase() : backoff.base(),
        backoff == null ? DEFAULT.backoffMax() : backoff.max(),
        DEFAULT.hosts(),
        rateLimited(retries.rateLimitedBackoff()));
  }

  private static Duration orZero(@Nullable Duration duration) {
    return duration == null ? Duration.ZERO : duration;
  }

  private static Set<RetryOn> on(Protocol protocol, Retries retries) {
    Set<RetryOn> on = retries.on().isEmpty() ? defaultOn(protocol) : EnumSet.noneOf(RetryOn.class);
    retries
        .on()
        .forEach(condition -> on.add(Objects.requireNonNull(RETRY_ON.get(condition.token()))));
    if (!retries.statusCodes().isEmpty()) {
      on.add(RetryOn.RETRIABLE_STATUS_CODES);
    }
    if (!retries.responseHeaders().isEmpty()) {
      on.add(RetryOn.RETRIABLE_HEADERS);
    }
    return on;
  }

  private static Set<RetryOn> defaultOn(Protocol protocol) {
    Set<RetryOn> on =
        EnumSet.of(RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.RESET_BEFORE_REQUEST);
    if (protocol == Protocol.GRPC) {
      on.add(RetryOn.GRPC_UNAVAILABLE);
    }
    return on;
  }

  private static RetryPolicy.@Nullable RateLimitedBackoff rateLimited(
      @Nullable RateLimitedBackoff said) {
    if (said == null) {
      return null;
    }
    return new RetryPolicy.RateLimitedBackoff(
        said.headers().stream()
            .map(
                header ->
                    new RetryPolicy.ResetHeader(
                        header.name().toLowerCase(Locale.ROOT),
                        header.format() == ResetFormat.UNIX_TIMESTAMP))
            .toList(),
        said.max() == null ? MAX_RESET : said.max());
  }

  /**
   * What a rule says other than its port.
   *
   * @param port null never retries
   * @param rule as {@code HTTPRoute}'s {@code retry}: failures of connections always count
   * @param perTry the bound of one try, instead of the port's
   * @return null if it is as the port has it
   */
  static @Nullable RetryPolicy ofRule(
      @Nullable RetryPolicy port,
      HttpRouteResource.@Nullable Retry rule,
      @Nullable Duration perTry) {
    if (rule == null && (port == null || perTry == null)) {
      return null;
    }
    RetryPolicy base = port == null ? DEFAULT : port;
    RetryPolicyBuilder changed = RetryPolicyBuilder.builder(base);
    if (rule != null) {
      int attempts = rule.attempts() == null ? base.numRetries() : rule.attempts();
      if (attempts == 0) {
        return NEVER;
      }
      changed
          .retryOn(on(rule.codes()))
          .retriableStatusCodes(rule.codes())
          .retriableHeaders(List.of())
          .numRetries(attempts);
      if (rule.backoff() != null) {
        changed.backoffBase(rule.backoff()).backoffMax(rule.backoff().multipliedBy(BACKOFF_GROWTH));
      }
    }
    return changed.perTryTimeout(perTry == null ? base.perTryTimeout() : perTry).build();
  }

  private static Set<RetryOn> on(List<Integer> codes) {
    Set<RetryOn> on =
        EnumSet.of(
            RetryOn.CONNECT_FAILURE,
            RetryOn.REFUSED_STREAM,
            RetryOn.RESET,
            RetryOn.RESET_BEFORE_REQUEST);
    if (!codes.isEmpty()) {
      on.add(RetryOn.RETRIABLE_STATUS_CODES);
    }
    return on;
  }

  /** Whether there is one try only. */
  static boolean isNever(@Nullable RetryPolicy rule, @Nullable RetryPolicy port) {
    RetryPolicy counts = rule == null ? port : rule;
    return counts == null || counts.numRetries() == 0;
  }
}
