package dev.weft.proxy.http1;

import io.netty.util.AsciiString;
import java.util.Set;

/** Fields that must not come as trailers (RFC 9110, section 6.5.1). */
final class ForbiddenTrailers {
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

  static boolean contains(AsciiString name) {
    return NAMES.contains(name);
  }
}
