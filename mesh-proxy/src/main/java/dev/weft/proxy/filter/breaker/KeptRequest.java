package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * A request whose answer may be kept, or that may have one that was. What it says of itself is
 * noted before the route changes it.
 *
 * @param target authority and path with its query
 */
record KeptRequest(
    String target,
    @Nullable CharSequence accept,
    @Nullable CharSequence encoding,
    @Nullable CharSequence language,
    @Nullable CharSequence origin,
    long nanos) {
  static final AsciiString ACCEPT = AsciiString.cached("accept");
  static final AsciiString ENCODING = AsciiString.cached("accept-encoding");
  static final AsciiString LANGUAGE = AsciiString.cached("accept-language");
  static final AsciiString ORIGIN = AsciiString.cached("origin");
  private static final AsciiString GET = AsciiString.cached("GET");
  private static final AsciiString HEAD = AsciiString.cached("HEAD");
  private static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  private static final AsciiString COOKIE = AsciiString.cached("cookie");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString RANGE = AsciiString.cached("range");

  /**
   * The request, if it is the same whoever asks: a GET or HEAD without anything that says who asks,
   * for which part, or for another protocol.
   *
   * @return null if it is not
   */
  static @Nullable KeptRequest of(Http2Headers request, Exchange exchange, long now) {
    CharSequence method = request.method();
    if (method == null
        || !(GET.contentEquals(method) || HEAD.contentEquals(method))
        || exchange.downstream().peer() != null
        || request.contains(AUTHORIZATION)
        || request.contains(COOKIE)
        || request.contains(RANGE)
        || request.contains(UPGRADE)) {
      return null;
    }
    return new KeptRequest(
        String.valueOf(request.authority()) + request.path(),
        request.get(ACCEPT),
        request.get(ENCODING),
        request.get(LANGUAGE),
        request.get(ORIGIN),
        now);
  }

  /** Whether answers to it are kept: those to HEAD have no body that could be. */
  static boolean isKept(Http2Headers request) {
    CharSequence method = request.method();
    return method != null && GET.contentEquals(method);
  }
}
