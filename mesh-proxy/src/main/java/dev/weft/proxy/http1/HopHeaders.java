package dev.weft.proxy.http1;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Headers that belong to one connection only (RFC 9110, section 7.6.1). */
public final class HopHeaders {
  private static final AsciiString CONNECTION = AsciiString.cached("connection");
  private static final AsciiString TE = AsciiString.cached("te");
  private static final AsciiString TRAILERS = AsciiString.cached("trailers");

  private HopHeaders() {}

  /**
   * Removes them, those that {@code connection} nominates too; {@code te: trailers} stays. A
   * pseudo-header cannot be nominated.
   */
  public static void remove(Http2Headers headers) {
    // One pass over the names: most messages carry none of them.
    List<CharSequence> found = null;
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      if (isHopHeader(header.getKey())) {
        found = found == null ? new ArrayList<>(4) : found;
        found.add(header.getKey());
      }
    }
    if (found == null) {
      return;
    }
    boolean trailers = acceptsTrailers(headers);
    for (CharSequence nominated : headers.getAll(CONNECTION)) {
      for (String name : nominated.toString().split(",", -1)) {
        String token = name.strip().toLowerCase(java.util.Locale.ROOT);
        if (!token.isEmpty() && token.charAt(0) != ':') {
          headers.remove(new AsciiString(token));
        }
      }
    }
    for (CharSequence name : found) {
      headers.remove(name);
    }
    if (trailers) {
      headers.set(TE, TRAILERS);
    }
  }

  private static boolean acceptsTrailers(Http2Headers headers) {
    for (CharSequence value : headers.getAll(TE)) {
      if (AsciiString.containsContentEqualsIgnoreCase(
          List.of(value.toString().replace(" ", "").split(",", -1)), TRAILERS)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isHopHeader(@Nullable CharSequence name) {
    if (name == null) {
      return false;
    }
    return switch (name.length()) {
      case 2 -> AsciiString.contentEquals(name, TE);
      case 7 ->
          AsciiString.contentEquals(name, "upgrade") || AsciiString.contentEquals(name, "trailer");
      case 10 ->
          AsciiString.contentEquals(name, CONNECTION)
              || AsciiString.contentEquals(name, "keep-alive");
      case 16 -> AsciiString.contentEquals(name, "proxy-connection");
      case 17 -> AsciiString.contentEquals(name, "transfer-encoding");
      default -> false;
    };
  }
}
