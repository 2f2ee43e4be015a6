package dev.weft.proxy.http;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.reply.ReplyBody;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An answer of the proxy itself: the only place that turns failures into statuses, of HTTP and of
 * gRPC. To a gRPC request it is HTTP 200 with the status in the head, which ends the stream.
 *
 * @param grpcStatus for gRPC requests
 * @param details for logs, without blanks
 * @param overloaded tells the client not to try again
 * @param location of a redirect
 * @param decoration changes the head; null leaves it
 * @param type of the body
 * @param retype whether the type counts where the head has another
 */
record LocalReply(
    int status,
    int grpcStatus,
    String body,
    String details,
    boolean overloaded,
    @Nullable String location,
    @Nullable BiConsumer<Http2Headers, Exchange> decoration,
    AsciiString type,
    boolean retype) {
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString LOCATION = AsciiString.cached("location");
  private static final AsciiString OVERLOADED = AsciiString.cached("x-envoy-overloaded");
  private static final AsciiString DROPPED = AsciiString.cached("x-envoy-drop-overload");
  private static final AsciiString ALL_DROPPED =
      AsciiString.cached("x-envoy-unconditional-drop-overload");
  private static final String SHED = "overload";
  private static final String DROP = "drop_overload";
  private static final String DROP_ALL = "unconditional_drop_overload";
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString TEXT = AsciiString.cached("text/plain");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
  private static final int DEADLINE_EXCEEDED = 4;

  /** Envoy's words: clients look for them. */
  private static final String RETRIED =
      "upstream connect error or disconnect/reset before headers."
          + " retried and the latest reset reason: ";

  private static final String UNREACHED =
      "upstream connect error or disconnect/reset before headers. reset reason: ";

  private LocalReply(
      int status,
      int grpcStatus,
      String body,
      String details,
      boolean overloaded,
      @Nullable String location) {
    this(status, grpcStatus, body, details, overloaded, location, null, TEXT, false);
  }

  /**
   * The answer to a failure.
   *
   * @param retried whether it was not the first
   */
  static LocalReply of(ProxyError error, boolean retried) {
    LocalReply reply = of(error);
    return retried && reply.body.startsWith(UNREACHED)
        ? new LocalReply(
            reply.status,
            reply.grpcStatus,
            RETRIED + reply.body.substring(UNREACHED.length()),
            reply.details,
            reply.overloaded,
            null)
        : reply;
  }

  /** The answer to a failure of the first try, or before it. */
  static LocalReply of(ProxyError error) {
    return of(error, 0);
  }

  /**
   * The answer to a failure, in Envoy's words.
   *
   * @param attempts how many tries were made
   */
  static LocalReply of(ProxyError error, int attempts) {
    return switch (error.kind()) {
      case BAD_REQUEST -> answer(400, error.detail(), "bad_request");
      case REQUEST_TIMEOUT -> answer(408, "request timeout", "request_overall_timeout");
      case REQUEST_IDLE -> answer(408, "stream timeout", "stream_idle_timeout");
      case UPGRADE_REFUSED -> answer(403, "", "upgrade_failed");
      case NO_ROUTE -> answer(404, "", "route_not_found");
      case NO_CLUSTER, NOT_FORWARDED -> answer(503, "", "cluster_not_found");
      case NO_HEALTHY_ENDPOINT -> answer(503, "no healthy upstream", "no_healthy_upstream");
      case DROPPED -> new LocalReply(503, 14, "drop overload", DROP, true, null);
      case ALL_DROPPED ->
          new LocalReply(503, 14, "unconditional drop overload", DROP_ALL, true, null);
      case OVERFLOW ->
          new LocalReply(503, 14, UNREACHED + "overflow", resetDetails("overflow"), true, null);
      case OVERLOADED -> new LocalReply(503, 14, "envoy overloaded", SHED, true, null);
      case CONNECT_FAILURE -> unreachable(503, "remote connection failure");
      case CONNECT_LOCAL -> unreachable(503, "local connection failure");
      case CONNECT_TIMEOUT -> unreachable(503, "connection timeout");
      case REFUSED_STREAM -> unreachable(503, "remote refused stream reset");
      case UPSTREAM_RESET -> unreachable(503, "remote reset");
      case STALE_CONNECTION, UPSTREAM_CLOSED -> unreachable(503, "connection termination");
      case UPSTREAM_PROTOCOL -> unreachable(502, "protocol error");
      case PER_TRY_TIMEOUT -> answer(504, "upstream request timeout", "upstream_per_try_timeout");
      case PER_TRY_IDLE -> answer(504, "upstream request timeout", "upstream_per_try_idle_timeout");
      case ROUTE_TIMEOUT -> answer(504, "upstream request timeout", "response_timeout");
      case TRY_DURATION -> tooLong(504);
      case TRY_REQUEST_DURATION -> tooLong(408);
      case RESPONSE_IDLE -> answer(504, "stream timeout", "stream_idle_timeout");
      case DEADLINE_EXCEEDED ->
          new LocalReply(
              504, DEADLINE_EXCEEDED, "deadline exceeded", "grpc_deadline_exceeded", false, null);
      case OUT_OF_TIME ->
          new LocalReply(
              504, DEADLINE_EXCEEDED, "deadline exceeded", "deadline_exceeded", false, null);
      case MAX_DURATION -> tooOld(504);
      case MAX_REQUEST_DURATION -> tooOld(408);
      case INTERNAL -> answer(500, "internal error", "internal_error");
    };
  }

  private static LocalReply tooLong(int status) {
    return answer(
        status, "upstream max stream duration reached", "upstream_max_stream_duration_reached");
  }

  private static LocalReply tooOld(int status) {
    return new LocalReply(
        status,
        DEADLINE_EXCEEDED,
        "downstream duration timeout",
        "max_duration_timeout",
        false,
        null);
  }

  private static LocalReply unreachable(int status, String reason) {
    return answer(status, UNREACHED + reason, resetDetails(reason));
  }

  private static String resetDetails(String reason) {
    return "upstream_reset_before_response_started{" + reason.replace(' ', '_') + "}";
  }

  /** What logs say of this failure where the response had begun. */
  String detailsOfCut() {
    return details.replace("_before_response_", "_after_response_");
  }

  /** A plain answer. */
  static LocalReply answer(int status, String body, String details) {
    return new LocalReply(status, GrpcStatus.ofHttp(status), body, details, false, null);
  }

  /** The answer of a filter. */
  static LocalReply of(Verdict.Reply reply) {
    int status = reply.status();
    return new LocalReply(
        status,
        reply.grpcStatus() < 0 ? GrpcStatus.ofHttp(status) : reply.grpcStatus(),
        reply.body(),
        reply.details(),
        false,
        null,
        reply.decoration(),
        TEXT,
        false);
  }

  /** An answer with a {@code location}. */
  static LocalReply leading(int status, String body, String location, String details) {
    return new LocalReply(status, GrpcStatus.ofHttp(status), body, details, false, location);
  }

  /** The status of a response's head; codecs pass on three digits only. */
  static int status(Http2Headers response) {
    CharSequence status = response.status();
    return status == null ? 0 : Integer.parseInt(status, 0, status.length(), 10);
  }

  /**
   * The same with another status and body.
   *
   * @param typed whether the configuration has set the type of a head
   */
  LocalReply changed(int newStatus, String newBody, AsciiString newType, boolean typed) {
    return new LocalReply(
        newStatus,
        newStatus == status ? grpcStatus : GrpcStatus.ofHttp(newStatus),
        newBody,
        details,
        overloaded,
        location,
        decoration,
        newType,
        !typed && !newBody.equals(body));
  }

  /** The same without a header that says why, where it is the answer to what was forwarded. */
  LocalReply silent() {
    return overloaded && !details.equals(SHED)
        ? new LocalReply(
            status, grpcStatus, body, details, false, location, decoration, type, retype)
        : this;
  }

  private AsciiString reason() {
    return switch (details) {
      case DROP -> DROPPED;
      case DROP_ALL -> ALL_DROPPED;
      default -> OVERLOADED;
    };
  }

  /** The body of an answer to a plain request. */
  byte[] bytes() {
    return body.getBytes(StandardCharsets.UTF_8);
  }

  /** The head of the answer as routes change it: without what is said of the body. */
  Http2Headers head() {
    Http2Headers headers = new DefaultHttp2Headers(false).status(Integer.toString(status));
    if (overloaded) {
      headers.set(reason(), TRUE);
    }
    if (location != null) {
      headers.set(LOCATION, location);
    }
    return headers;
  }

  /** Adds to a head what the filter that answers has to say. */
  void decorate(Http2Headers head, Exchange exchange) {
    if (decoration != null) {
      decoration.accept(head, exchange);
    }
  }

  /** Says of the body what there is to say, in the head of the answer to a plain request. */
  void complete(Http2Headers head, int bytes) {
    head.status(Integer.toString(status));
    if (bytes == 0) {
      head.remove(CONTENT_LENGTH);
      head.remove(CONTENT_TYPE);
      return;
    }
    head.set(CONTENT_LENGTH, Integer.toString(bytes));
    if (retype || !head.contains(CONTENT_TYPE)) {
      head.set(CONTENT_TYPE, type);
    }
  }

  /** Makes of a head the whole answer to a gRPC request. */
  void completeGrpc(Http2Headers head) {
    head.status("200").set(CONTENT_TYPE, GRPC).set(GRPC_STATUS, Integer.toString(grpcStatus));
    head.remove(CONTENT_LENGTH);
    if (!body.isEmpty()) {
      head.set(GRPC_MESSAGE, percentEncoded(message()));
    }
  }

  /** The body without the end of line that JSON has. */
  private String message() {
    boolean line = body.endsWith("\n") && ReplyBody.JSON.equals(type);
    return line ? body.substring(0, body.length() - 1) : body;
  }

  /** As gRPC wants its message: printable ASCII but for {@code %}. */
  private static String percentEncoded(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (b >= ' ' && b <= '~' && b != '%') {
        out.append((char) b);
      } else {
        out.append('%').append(String.format("%02X", b));
      }
    }
    return out.toString();
  }
}
