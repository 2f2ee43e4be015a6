package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Fields that must not come as trailers (RFC 9110, section 6.5.1): what frames, routes or
 * authenticates a message would come after it was acted upon.
 */
public final class ForbiddenTrailers {
  private static final Set<AsciiString> NAMES =
      Set.of(
          AsciiString.cached("authorization"),
          AsciiString.cached("cache-control"),
          AsciiString.cached("connection"),
          AsciiString.cached("content-encoding"),
          AsciiString.cached("content-length"),
          AsciiString.cached("content-range"),
          AsciiString.cached("content-type"),
          AsciiString.cached("cookie"),
          AsciiString.cached("expect"),
          AsciiString.cached("host"),
          AsciiString.cached("keep-alive"),
          AsciiString.cached("max-forwards"),
          AsciiString.cached("proxy-authorization"),
          AsciiString.cached("proxy-connection"),
          AsciiString.cached("set-cookie"),
          AsciiString.cached("te"),
          AsciiString.cached("trailer"),
          AsciiString.cached("transfer-encoding"),
          AsciiString.cached("upgrade"),
          AsciiString.cached("x-forwarded-client-cert"));

  private ForbiddenTrailers() {}

  /** Whether this is the name of one, in lower case. */
  public static boolean contains(AsciiString name) {
    return NAMES.contains(name);
  }

  /** Takes them out of a section; most have none. */
  public static void remove(Http2Headers trailers) {
    List<CharSequence> found = null;
    for (Map.Entry<CharSequence, CharSequence> trailer : trailers) {
      if (contains(AsciiString.of(trailer.getKey()))) {
        found = found == null ? new ArrayList<>(2) : found;
        found.add(trailer.getKey());
      }
    }
    if (found != null) {
      found.forEach(trailers::remove);
    }
  }
}
