package dev.weft.proxy.error;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** The statuses of gRPC. */
public final class GrpcStatus {
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC = AsciiString.cached("application/grpc");

  private static final String[] CAMEL = {
    "OK",
    "Canceled",
    "Unknown",
    "InvalidArgument",
    "DeadlineExceeded",
    "NotFound",
    "AlreadyExists",
    "PermissionDenied",
    "ResourceExhausted",
    "FailedPrecondition",
    "Aborted",
    "OutOfRange",
    "Unimplemented",
    "Internal",
    "Unavailable",
    "DataLoss",
    "Unauthenticated"
  };
  private static final String[] SNAKE = {
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
    "UNAUTHENTICATED"
  };

  private GrpcStatus() {}

  /** Whether a request is gRPC's, by its content type. */
  public static boolean isGrpc(Http2Headers request) {
    CharSequence type = request.get(CONTENT_TYPE);
    return type != null
        && AsciiString.regionMatches(type, true, 0, GRPC, 0, GRPC.length())
        && (type.length() == GRPC.length()
            || type.charAt(GRPC.length()) == '+'
            || type.charAt(GRPC.length()) == ';');
  }

  /** The status that an HTTP status stands for. */
  public static int ofHttp(int status) {
    return switch (status) {
      case 400 -> 13;
      case 401 -> 16;
      case 403 -> 7;
      case 404 -> 12;
      case 429, 502, 503, 504 -> 14;
      default -> 2;
    };
  }

  /** {@code InvalidArgument}; the number of a status that has no name. */
  public static String camel(int status) {
    return status >= 0 && status < CAMEL.length ? CAMEL[status] : Integer.toString(status);
  }

  /** {@code INVALID_ARGUMENT}; the number of a status that has no name. */
  public static String snake(int status) {
    return status >= 0 && status < SNAKE.length ? SNAKE[status] : Integer.toString(status);
  }
}
