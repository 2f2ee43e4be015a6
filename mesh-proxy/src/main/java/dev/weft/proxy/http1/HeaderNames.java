package dev.weft.proxy.http1;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** The names that nearly every message uses, found by their bytes without making an object. */
final class HeaderNames {
  static final AsciiString CONNECTION = AsciiString.cached("connection");
  static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  static final AsciiString COOKIE = AsciiString.cached("cookie");
  static final AsciiString EXPECT = AsciiString.cached("expect");
  static final AsciiString HOST = AsciiString.cached("host");
  static final AsciiString SEC_WEBSOCKET_ACCEPT = AsciiString.cached("sec-websocket-accept");
  static final AsciiString SEC_WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");
  static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
  static final AsciiString UPGRADE = AsciiString.cached("upgrade");

  private static final int SIZE = 512;
  private static final @Nullable AsciiString[] TABLE = new AsciiString[SIZE];

  static {
    for (AsciiString name :
        new AsciiString[] {
          CONNECTION,
          CONTENT_LENGTH,
          COOKIE,
          EXPECT,
          HOST,
          SEC_WEBSOCKET_ACCEPT,
          SEC_WEBSOCKET_KEY,
          TRANSFER_ENCODING,
          UPGRADE
        }) {
      add(name);
    }
    for (String name :
        ("accept accept-charset accept-encoding accept-language accept-ranges age allow alt-svc"
                + " authorization b3 cache-control content-disposition content-encoding"
                + " content-language content-location content-range content-type date etag"
                + " expires forwarded from grpc-accept-encoding grpc-encoding grpc-message"
                + " grpc-status grpc-timeout if-match if-modified-since if-none-match if-range"
                + " if-unmodified-since keep-alive last-modified link location max-forwards origin"
                + " pragma proxy-authenticate proxy-authorization proxy-connection range referer"
                + " retry-after server set-cookie strict-transport-security te trailer traceparent"
                + " tracestate user-agent vary via www-authenticate x-b3-parentspanid"
                + " x-b3-sampled x-b3-spanid x-b3-traceid x-envoy-attempt-count"
                + " x-envoy-upstream-service-time x-forwarded-client-cert x-forwarded-for"
                + " x-forwarded-host x-forwarded-port x-forwarded-proto x-request-id")
            .split(" ", -1)) {
      add(AsciiString.cached(name));
    }
  }

  private HeaderNames() {}

  private static void add(AsciiString name) {
    int hash = 0;
    for (int i = 0; i < name.length(); i++) {
      hash = hash(hash, name.byteAt(i));
    }
    int slot = hash & (SIZE - 1);
    while (TABLE[slot] != null) {
      slot = (slot + 1) & (SIZE - 1);
    }
    TABLE[slot] = name;
  }

  /** The hash of a name, one more byte added. */
  static int hash(int hash, byte lower) {
    return hash * 31 + lower;
  }

  /** The name in these bytes, which are lower case and have this hash. */
  static AsciiString of(byte[] line, int length, int hash) {
    int slot = hash & (SIZE - 1);
    for (AsciiString known = TABLE[slot]; known != null; known = TABLE[slot]) {
      if (equal(known, line, length)) {
        return known;
      }
      slot = (slot + 1) & (SIZE - 1);
    }
    return new AsciiString(line, 0, length, true);
  }

  private static boolean equal(AsciiString name, byte[] line, int length) {
    if (name.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (name.byteAt(i) != line[i]) {
        return false;
      }
    }
    return true;
  }
}
