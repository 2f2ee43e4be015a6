package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreaker.Fallback;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests back from a cluster's method while too many of them fail ({@code
 * weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker}). Configurations share the breakers:
 * one that changes goes on with what was counted.
 */
public final class ErrorRateGuard implements HttpFilterFactory {
  private static final AsciiString RETRY_AFTER = AsciiString.cached("retry-after");
  private static final AsciiString OVERLOADED = AsciiString.cached("x-envoy-overloaded");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final int UNAVAILABLE = 503;

  private final ErrorRateBreaker config;
  private final Breakers breakers;
  private final Telemetry telemetry;
  private final Limits limits;
  private final Failures failures;
  private final long timeoutNanos;

  /**
   * The filter that a configuration asks for.
   *
   * @param breakers of the proxy
   */
  public ErrorRateGuard(ErrorRateBreaker config, Breakers breakers, FilterSite site) {
    this.config = config;
    this.breakers = breakers;
    this.telemetry = site.telemetry();
    this.limits = Limits.of(config);
    this.failures = new Failures(config);
    this.timeoutNanos = config.timeout().toNanos();
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new GuardedRequest(this, context);
  }

  Limits limits() {
    return limits;
  }

  Failures failures() {
    return failures;
  }

  /** How long an answer may take to begin; 0 for as long as it likes. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  MethodBreaker breaker(String cluster, String method, long now) {
    return breakers.of(cluster, method, telemetry, now);
  }

  /** Where answers of a cluster are kept; null if they are not. */
  @Nullable KeptAnswers kept(String cluster) {
    return lastGood() == null ? null : breakers.of(cluster).kept();
  }

  Fallback.@Nullable LastGood lastGood() {
    return config.fallback() instanceof Fallback.LastGood lastGood ? lastGood : null;
  }

  /** What becomes of a request that is kept back. */
  Verdict refuse(
      MethodBreaker breaker,
      Breaker.Refused refused,
      Http2Headers request,
      FilterContext context,
      boolean grpc,
      long now) {
    Verdict instead =
        switch (config.fallback()) {
          case Fallback.None() -> null;
          case Fallback.Reply reply -> reply(reply, details(refused), grpc);
          case Fallback.Cluster(String cluster) -> divert(cluster, context);
          case Fallback.LastGood lastGood -> {
            KeptRequest asked = KeptRequest.of(request, context.exchange(), now);
            yield asked == null
                ? null
                : breakers
                    .of(breaker.cluster())
                    .kept()
                    .find(asked, lastGood, details(refused), ResponseFlag.UPSTREAM_OVERFLOW.bit());
          }
        };
    if (instead == null) {
      return refusal(refused, breaker, now);
    }
    breaker.fellBack();
    return instead;
  }

  private static @Nullable Verdict divert(String cluster, FilterContext context) {
    if (context.cluster(cluster) == null) {
      return null;
    }
    context.flag(ResponseFlag.UPSTREAM_OVERFLOW);
    context.divert(cluster);
    return Verdict.CONTINUE;
  }

  private static Verdict reply(Fallback.Reply reply, String details, boolean grpc) {
    return new Verdict.Reply(
        reply.status(),
        reply.body(),
        details,
        ResponseFlag.UPSTREAM_OVERFLOW.bit(),
        reply.grpcStatus(),
        reply.headers().isEmpty()
            ? null
            : (head, exchange) ->
                reply
                    .headers()
                    .forEach(
                        (name, value) -> {
                          if (!grpc || !CONTENT_TYPE.contentEquals(name)) {
                            head.set(name, value);
                          }
                        }));
  }

  private static String details(Breaker.Refused refused) {
    return switch (refused) {
      case OPEN -> "error_rate_breaker_open";
      case BY_HAND -> "error_rate_breaker_held_open";
      case FULL -> "error_rate_breaker_full";
    };
  }

  private Verdict.Reply refusal(Breaker.Refused refused, MethodBreaker breaker, long now) {
    long wait =
        refused == Breaker.Refused.OPEN
            ? Math.max(1, seconds(breaker.snapshot(now).retryNanos()))
            : 0;
    String body =
        switch (refused) {
          case OPEN ->
              "circuit breaker open: too many requests failed; try again in " + wait + " s";
          case BY_HAND -> "circuit breaker open: it is held open by hand";
          case FULL ->
              "circuit breaker full: " + limits.maxConcurrent() + " requests are under way";
        };
    return new Verdict.Reply(
        UNAVAILABLE,
        body,
        details(refused),
        ResponseFlag.UPSTREAM_OVERFLOW.bit(),
        -1,
        (head, exchange) -> {
          head.set(OVERLOADED, TRUE);
          if (wait > 0) {
            head.set(RETRY_AFTER, Long.toString(wait));
          }
        });
  }

  private static long seconds(long nanos) {
    return (nanos + TimeUnit.SECONDS.toNanos(1) - 1) / TimeUnit.SECONDS.toNanos(1);
  }
}
