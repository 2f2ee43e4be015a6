package dev.weft.proxy.route;

import dev.weft.proxy.stream.FieldValues;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What internal callers say of how long their requests may take and when they are tried again, in
 * the headers that Envoy's router takes. Endpoints do not get them.
 */
public final class Directions {
  private static final AsciiString RETRY_ON = AsciiString.cached("x-envoy-retry-on");
  private static final AsciiString RETRY_GRPC_ON = AsciiString.cached("x-envoy-retry-grpc-on");
  private static final AsciiString MAX_RETRIES = AsciiString.cached("x-envoy-max-retries");
  private static final AsciiString STATUSES = AsciiString.cached("x-envoy-retriable-status-codes");
  private static final AsciiString NAMES = AsciiString.cached("x-envoy-retriable-header-names");
  private static final AsciiString TIMEOUT = AsciiString.cached("x-envoy-upstream-rq-timeout-ms");
  private static final AsciiString PER_TRY =
      AsciiString.cached("x-envoy-upstream-rq-per-try-timeout-ms");

  /** Nobody counts by them here. */
  private static final AsciiString OTHER_STATISTICS =
      AsciiString.cached("x-envoy-upstream-alt-stat-name");

  private static final AsciiString STREAM_DURATION =
      AsciiString.cached("x-envoy-upstream-stream-duration-ms");

  private static final AsciiString OTHER_STATUS =
      AsciiString.cached("x-envoy-upstream-rq-timeout-alt-response");

  private static final Set<RetryOn> OF_GRPC =
      Set.copyOf(EnumSet.range(RetryOn.GRPC_CANCELLED, RetryOn.GRPC_UNAVAILABLE));
  private static final Set<RetryOn> OF_HTTP =
      Set.copyOf(EnumSet.range(RetryOn.FIVE_XX, RetryOn.RETRIABLE_HEADERS));

  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Some hundred years, in milliseconds: nobody waits longer. */
  private static final long LONGEST = 3_000_000_000_000L;

  private Directions() {}

  /**
   * A route as a request wants it, which loses its directions.
   *
   * @param route null for none
   */
  public static @Nullable CompiledRoute follow(
      @Nullable CompiledRoute route, Http2Headers request) {
    CharSequence on = take(request, RETRY_ON);
    CharSequence onGrpc = take(request, RETRY_GRPC_ON);
    long retries = number(take(request, MAX_RETRIES));
    CharSequence statuses = take(request, STATUSES);
    CharSequence names = take(request, NAMES);
    long timeout = number(take(request, TIMEOUT));
    long perTry = number(take(request, PER_TRY));
    take(request, OTHER_STATISTICS);
    take(request, OTHER_STATUS);
    take(request, STREAM_DURATION);
    boolean silent =
        on == null
            && onGrpc == null
            && retries < 0
            && statuses == null
            && names == null
            && timeout < 0
            && perTry < 0;
    if (silent || route == null || !(route.action() instanceof Forwarding forwarding)) {
      return route;
    }
    Set<RetryOn> conditions = EnumSet.noneOf(RetryOn.class);
    conditions(on, OF_HTTP, conditions);
    conditions(onGrpc, OF_GRPC, conditions);
    RetryPlan plan =
        forwarding
            .retry()
            .directed(
                conditions,
                retries < 0 ? -1 : (int) Math.min(retries, Integer.MAX_VALUE),
                codes(statuses),
                names == null ? List.of() : list(names.toString().toLowerCase(Locale.ROOT)));
    return route.with(
        timeout < 0 && perTry < 0
            ? forwarding.with(forwarding.timeoutNanos(), plan)
            : timed(forwarding, timeout, perTry, plan));
  }

  /** A try that has no less time than the request has none of its own. */
  private static Forwarding timed(
      Forwarding forwarding, long timeout, long perTry, RetryPlan plan) {
    long all = timeout < 0 ? forwarding.timeoutNanos() : nanos(timeout);
    long each = perTry < 0 ? plan.perTryNanos() : nanos(perTry);
    return forwarding.with(all, plan.perTry(all != 0 && each >= all ? 0 : each));
  }

  private static long nanos(long millis) {
    return Math.min(millis, LONGEST) * NANOS_PER_MILLI;
  }

  private static @Nullable CharSequence take(Http2Headers request, AsciiString name) {
    CharSequence value = FieldValues.listed(request, name);
    if (value != null) {
      request.remove(name);
    }
    return value;
  }

  private static List<String> list(CharSequence values) {
    return Arrays.stream(values.toString().split(","))
        .map(String::strip)
        .filter(value -> !value.isEmpty())
        .toList();
  }

  private static void conditions(
      @Nullable CharSequence tokens, Set<RetryOn> known, Set<RetryOn> into) {
    if (tokens == null) {
      return;
    }
    List<String> said = list(tokens);
    for (RetryOn condition : known) {
      if (said.contains(condition.token())) {
        into.add(condition);
      }
    }
  }

  private static int[] codes(@Nullable CharSequence statuses) {
    return statuses == null
        ? new int[0]
        : list(statuses).stream()
            .mapToLong(Directions::number)
            .filter(code -> code >= 0 && code <= Integer.MAX_VALUE)
            .mapToInt(code -> (int) code)
            .toArray();
  }

  /** A number without a sign, or -1. */
  private static long number(@Nullable CharSequence text) {
    String digits = text == null ? "" : text.toString().strip();
    if (digits.isEmpty() || digits.length() > 18) {
      return -1;
    }
    long number = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      number = number * 10 + digit;
    }
    return number;
  }
}
