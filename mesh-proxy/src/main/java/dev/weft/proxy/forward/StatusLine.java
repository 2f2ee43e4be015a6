package dev.weft.proxy.forward;

import dev.weft.proxy.error.ProxyError.Kind;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** What forwarding reads from, and adds to, the head of an answer. */
final class StatusLine {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString SERVICE_TIME =
      AsciiString.cached("x-envoy-upstream-service-time");

  private StatusLine() {}

  /** The status; codecs pass on three digits only. */
  static int status(Http2Headers response) {
    CharSequence status = response.status();
    return status == null
        ? 502
        : (status.charAt(0) - '0') * 100 + (status.charAt(1) - '0') * 10 + status.charAt(2) - '0';
  }

  /** The status as outlier detection sees it: a gRPC status in the head counts as its HTTP twin. */
  static int forHealth(int status, Http2Headers response) {
    CharSequence grpc = status == 200 ? response.get(GRPC_STATUS) : null;
    if (grpc == null) {
      return status;
    }
    return switch (grpc.toString()) {
      case "2", "13", "15" -> 500;
      case "12" -> 501;
      case "14" -> 503;
      case "4" -> 504;
      default -> status;
    };
  }

  /** What a try counts as that failed before its answer began. */
  static int ofFailure(Kind failure) {
    return switch (failure) {
      case UPSTREAM_PROTOCOL -> 502;
      case PER_TRY_TIMEOUT, PER_TRY_IDLE, ROUTE_TIMEOUT, TRY_DURATION -> 504;
      case TRY_REQUEST_DURATION -> 408;
      default -> 503;
    };
  }

  static void tellServiceTime(Http2Headers response, long nanos) {
    response.set(SERVICE_TIME, Long.toString(Math.max(0, nanos) / 1_000_000));
  }

  /** Whether a request with this method may be processed twice (RFC 9110, section 9.2.2). */
  static boolean idempotent(@Nullable CharSequence method) {
    return method != null
        && switch (method.toString()) {
          case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE" -> true;
          default -> false;
        };
  }
}
