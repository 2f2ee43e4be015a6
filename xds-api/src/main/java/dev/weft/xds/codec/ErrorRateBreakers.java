package dev.weft.xds.codec;

import com.google.protobuf.UInt32Value;
import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;
import dev.weft.filters.http.error_rate_breaker.v1.Fallback;
import dev.weft.filters.http.error_rate_breaker.v1.LastGood;
import dev.weft.filters.http.error_rate_breaker.v1.Reply;
import java.time.Duration;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The message of {@link dev.weft.xds.model.ErrorRateBreaker}, of a manager's filter and of routes.
 */
final class ErrorRateBreakers {
  private static final dev.weft.xds.model.ErrorRateBreaker DEFAULT =
      dev.weft.xds.model.ErrorRateBreaker.DEFAULT;
  private static final Duration SHORTEST_WINDOW = Duration.ofMillis(100);
  private static final int MOST_BODY = 4096;
  private static final int MOST_ENTRIES = 10_000;
  private static final int LONGEST_KEPT = 1024 * 1024;

  /** What frames a message is the proxy's, and nobody else's. */
  private static final Pattern FRAMING =
      Pattern.compile("connection|content-length|transfer-encoding|upgrade|te|trailer|keep-alive");

  private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{1,256}");
  private static final Pattern HEADER_VALUE = Pattern.compile("[\\x20-\\x7e\\t]*");

  /** The statuses by their numbers. */
  private static final List<String> STATUSES =
      List.of(
          "OK",
          "CANCELLED",
          "UNKNOWN",
          "INVALID_ARGUMENT",
          "DEADLINE_EXCEEDED",
          "NOT_FOUND",
          "ALREADY_EXISTS",
          "PERMISSION_DENIED",
          "RESOURCE_EXHAUSTED",
          "FAILED_PRECONDITION",
          "ABORTED",
          "OUT_OF_RANGE",
          "UNIMPLEMENTED",
          "INTERNAL",
          "UNAVAILABLE",
          "DATA_LOSS",
          "UNAUTHENTICATED");

  private ErrorRateBreakers() {}

  static dev.weft.xds.model.ErrorRateBreaker decode(ErrorRateBreaker breaker, DecodeScope scope) {
    return new dev.weft.xds.model.ErrorRateBreaker(
        breaker.hasTimeout()
            ? Wire.duration(breaker.getTimeout(), scope.at("timeout"))
            : DEFAULT.timeout(),
        number(
            breaker.hasMaxConcurrent(),
            breaker.getMaxConcurrent(),
            DEFAULT.maxConcurrent(),
            Integer.MAX_VALUE,
            scope.at("max_concurrent")),
        window(breaker, scope.at("failures_rolling_window")),
        number(
            breaker.hasMinRequests(),
            breaker.getMinRequests(),
            DEFAULT.minRequests(),
            Integer.MAX_VALUE,
            scope.at("min_requests")),
        number(
            breaker.hasFailurePercent(),
            breaker.getFailurePercent(),
            DEFAULT.failurePercent(),
            100,
            scope.at("failure_percent")),
        breaker.hasResetTimeout()
            ? positive(breaker.getResetTimeout(), scope.at("reset_timeout"))
            : DEFAULT.resetTimeout(),
        statuses(breaker, scope),
        grpcStatuses(breaker, scope),
        breaker.hasFallback()
            ? fallback(breaker.getFallback(), scope.at("fallback"))
            : DEFAULT.fallback());
  }

  private static int number(
      boolean set, UInt32Value value, int standard, int max, DecodeScope scope) {
    return set ? Wire.number(value.getValue(), 1, max, scope) : standard;
  }

  private static Duration positive(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration decoded = Wire.duration(duration, scope);
    scope.require(decoded.isPositive(), "must be longer than 0s");
    return decoded;
  }

  private static Duration window(ErrorRateBreaker breaker, DecodeScope scope) {
    if (!breaker.hasFailuresRollingWindow()) {
      return DEFAULT.window();
    }
    Duration window = Wire.duration(breaker.getFailuresRollingWindow(), scope);
    scope.require(window.compareTo(SHORTEST_WINDOW) >= 0, "must be at least 0.1s");
    return window;
  }

  private static SortedSet<Integer> statuses(ErrorRateBreaker breaker, DecodeScope scope) {
    SortedSet<Integer> statuses = new TreeSet<>();
    for (int i = 0; i < breaker.getFailureStatusesCount(); i++) {
      statuses.add(
          Wire.number(breaker.getFailureStatuses(i), 400, 599, scope.at("failure_statuses", i)));
    }
    return statuses;
  }

  private static SortedSet<Integer> grpcStatuses(ErrorRateBreaker breaker, DecodeScope scope) {
    if (breaker.getFailureGrpcStatusesCount() == 0) {
      return DEFAULT.failureGrpcStatuses();
    }
    SortedSet<Integer> statuses = new TreeSet<>();
    for (int i = 0; i < breaker.getFailureGrpcStatusesCount(); i++) {
      String name = breaker.getFailureGrpcStatuses(i);
      int number = STATUSES.indexOf(name);
      scope
          .at("failure_grpc_statuses", i)
          .require(
              number > 0,
              "\"" + name + "\" is no gRPC status of a failure; write UNAVAILABLE, say");
      statuses.add(number);
    }
    return statuses;
  }

  private static dev.weft.xds.model.ErrorRateBreaker.Fallback fallback(
      Fallback fallback, DecodeScope scope) {
    return switch (fallback.getFallbackCase()) {
      case REPLY -> reply(fallback.getReply(), scope.at("reply"));
      case CLUSTER ->
          new dev.weft.xds.model.ErrorRateBreaker.Fallback.Cluster(
              Wire.text(fallback.getCluster(), scope.at("cluster")));
      case LAST_GOOD -> lastGood(fallback.getLastGood(), scope.at("last_good"));
      case FALLBACK_NOT_SET -> {
        scope.problem("must have one of reply, cluster and last_good");
        yield DEFAULT.fallback();
      }
    };
  }

  private static dev.weft.xds.model.ErrorRateBreaker.Fallback.Reply reply(
      Reply reply, DecodeScope scope) {
    scope
        .at("body")
        .require(
            Wire.utf8Length(reply.getBody()) <= MOST_BODY,
            "must have at most " + MOST_BODY + " bytes");
    SortedMap<String, String> headers = new TreeMap<>();
    reply
        .getHeadersMap()
        .forEach(
            (name, value) -> {
              DecodeScope at = scope.at("headers", name);
              at.require(
                  HEADER_NAME.matcher(name).matches() && !FRAMING.matcher(name).matches(),
                  "is no header that can be set here; names are in lower case");
              at.require(HEADER_VALUE.matcher(value).matches(), "must be printable ASCII");
              headers.put(name, value);
            });
    return new dev.weft.xds.model.ErrorRateBreaker.Fallback.Reply(
        Wire.number(reply.getStatus(), 200, 599, scope.at("status")),
        reply.getBody(),
        headers,
        reply.hasGrpcStatus()
            ? Wire.number(reply.getGrpcStatus().getValue(), 1, 16, scope.at("grpc_status"))
            : dev.weft.xds.model.ErrorRateBreaker.Fallback.Reply.UNAVAILABLE);
  }

  private static dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood lastGood(
      LastGood lastGood, DecodeScope scope) {
    var standard = dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood.DEFAULT;
    return new dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood(
        number(
            lastGood.hasMaxEntries(),
            lastGood.getMaxEntries(),
            standard.maxEntries(),
            MOST_ENTRIES,
            scope.at("max_entries")),
        number(
            lastGood.hasMaxBodyBytes(),
            lastGood.getMaxBodyBytes(),
            standard.maxBodyBytes(),
            LONGEST_KEPT,
            scope.at("max_body_bytes")),
        lastGood.hasMaxAge()
            ? positive(lastGood.getMaxAge(), scope.at("max_age"))
            : standard.maxAge());
  }

  static ErrorRateBreaker encode(dev.weft.xds.model.ErrorRateBreaker breaker) {
    ErrorRateBreaker.Builder encoded =
        ErrorRateBreaker.newBuilder()
            .setTimeout(Wire.duration(breaker.timeout()))
            .setMaxConcurrent(Wire.uint32(breaker.maxConcurrent()))
            .setFailuresRollingWindow(Wire.duration(breaker.window()))
            .setMinRequests(Wire.uint32(breaker.minRequests()))
            .setFailurePercent(Wire.uint32(breaker.failurePercent()))
            .setResetTimeout(Wire.duration(breaker.resetTimeout()))
            .addAllFailureStatuses(breaker.failureStatuses())
            .addAllFailureGrpcStatuses(
                breaker.failureGrpcStatuses().stream().map(STATUSES::get).toList());
    Fallback.Builder fallback = Fallback.newBuilder();
    switch (breaker.fallback()) {
      case dev.weft.xds.model.ErrorRateBreaker.Fallback.None() -> {
        return encoded.build();
      }
      case dev.weft.xds.model.ErrorRateBreaker.Fallback.Reply reply ->
          fallback.setReply(
              Reply.newBuilder()
                  .setStatus(reply.status())
                  .setBody(reply.body())
                  .putAllHeaders(reply.headers())
                  .setGrpcStatus(Wire.uint32(reply.grpcStatus())));
      case dev.weft.xds.model.ErrorRateBreaker.Fallback.Cluster(String cluster) ->
          fallback.setCluster(cluster);
      case dev.weft.xds.model.ErrorRateBreaker.Fallback.LastGood lastGood ->
          fallback.setLastGood(
              LastGood.newBuilder()
                  .setMaxEntries(Wire.uint32(lastGood.maxEntries()))
                  .setMaxBodyBytes(Wire.uint32(lastGood.maxBodyBytes()))
                  .setMaxAge(Wire.duration(lastGood.maxAge())));
    }
    return encoded.setFallback(fallback).build();
  }
}
