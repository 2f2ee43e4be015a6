package dev.weft.proxy.forward;

import dev.weft.proxy.error.GrpcStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/**
 * What the proxies of a chain of calls tell each other of retries, so that only the one nearest to
 * a failure tries again: a request says how often it was tried before, an answer that nobody is to
 * try again. gRPC has names of its own for both (gRFC A6); HTTP has none.
 */
public final class RetryMarks {
  private static final AsciiString PREVIOUS = AsciiString.cached("x-weft-previous-attempts");
  private static final AsciiString GRPC_PREVIOUS = AsciiString.cached("grpc-previous-rpc-attempts");
  private static final AsciiString NO_RETRY = AsciiString.cached("x-weft-no-retry");
  private static final AsciiString GRPC_PUSHBACK = AsciiString.cached("grpc-retry-pushback-ms");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString NEVER = AsciiString.cached("-1");

  /** More than this is this. */
  private static final int MOST = 1000;

  private RetryMarks() {}

  private static AsciiString previousOf(Http2Headers request) {
    return GrpcStatus.isGrpc(request) ? GRPC_PREVIOUS : PREVIOUS;
  }

  /** How often a request was tried before, 0..1000. */
  static int previous(Http2Headers request) {
    CharSequence said = request.get(previousOf(request));
    if (said == null) {
      return 0;
    }
    int number = 0;
    for (int i = 0; i < said.length(); i++) {
      int digit = said.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return 0;
      }
      number = Math.min(MOST, number * 10 + digit);
    }
    return number;
  }

  /** Says how often a request was tried before; at least once. */
  static void tell(Http2Headers request, int previous) {
    request.set(previousOf(request), Integer.toString(Math.min(MOST, previous)));
  }

  /** Whether an answer says that nobody is to try again. */
  static boolean refuses(Http2Headers response) {
    if (response.contains(NO_RETRY)) {
      return true;
    }
    CharSequence pushback = response.get(GRPC_PUSHBACK);
    // What is no number of milliseconds means never, as with gRPC.
    return pushback != null
        && (pushback.isEmpty() || !pushback.chars().allMatch(c -> c >= '0' && c <= '9'));
  }

  /**
   * Says that nobody is to try again.
   *
   * @param grpc whether it answers a gRPC call
   */
  public static void refuse(Http2Headers response, boolean grpc) {
    if (grpc) {
      response.set(GRPC_PUSHBACK, NEVER);
    } else {
      response.set(NO_RETRY, TRUE);
    }
  }

  /** Takes away from an answer what is for proxies only. */
  public static void forget(Http2Headers response) {
    response.remove(NO_RETRY);
  }
}
