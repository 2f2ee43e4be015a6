package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/2's way to go on with another protocol (RFC 8441) and what is made of it inside: a GET with
 * {@code upgrade}, which 101 grants, as in HTTP/1.1. Routes and logs see the same of both. The key
 * of a WebSocket, which HTTP/2 has not (section 5), is made up for endpoints that speak HTTP/1.1.
 */
final class ExtendedConnect {
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString PROTOCOL = Http2Headers.PseudoHeaderName.PROTOCOL.value();
  private static final AsciiString CONNECT = AsciiString.cached("CONNECT");
  private static final AsciiString GET = AsciiString.cached("GET");
  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString SWITCHING_PROTOCOLS = AsciiString.cached("101");

  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
  private static final AsciiString WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");
  private static final int KEY_BYTES = 16;

  private ExtendedConnect() {}

  /** The protocol that a request asks for; null if it is no extended CONNECT. */
  static @Nullable CharSequence protocol(Http2Headers request) {
    return request.get(PROTOCOL);
  }

  /** Turns a received CONNECT into what it is inside. */
  static void received(Http2Headers request, CharSequence protocol) {
    request.remove(PROTOCOL);
    request.method(GET);
    request.set(UPGRADE, protocol);
    if (WEBSOCKET.contentEqualsIgnoreCase(protocol) && !request.contains(WEBSOCKET_KEY)) {
      // No secret: it only has to differ from request to request.
      byte[] key = new byte[KEY_BYTES];
      ThreadLocalRandom.current().nextBytes(key);
      request.set(WEBSOCKET_KEY, new MadeUpKey(Base64.getEncoder().encodeToString(key)));
    }
  }

  /** Turns the answer into what HTTP/2 has for it. */
  static void answer(Http2Headers response) {
    if (isGranted(response)) {
      response.status(OK);
      response.remove(UPGRADE);
    }
  }

  /** The protocol that a request from inside asks for; null if it does not. */
  static @Nullable CharSequence asked(Http2Headers request) {
    return request.get(UPGRADE);
  }

  /** The CONNECT to send; a copy, for another try may go out over HTTP/1.1. */
  static Http2Headers toSend(Http2Headers request, CharSequence protocol) {
    Http2Headers connect = new DefaultHttp2Headers(false, request.size() + 1);
    connect.method(CONNECT).set(PROTOCOL, protocol);
    request.forEach(
        header -> {
          if (!UPGRADE.contentEquals(header.getKey())
              && !(header.getValue() instanceof MadeUpKey)
              && !isMethod(header.getKey())) {
            connect.add(header.getKey(), header.getValue());
          }
        });
    return connect;
  }

  /** A CONNECT without a protocol, to send: a copy without path and scheme. */
  static Http2Headers plain(Http2Headers request) {
    Http2Headers connect = new DefaultHttp2Headers(false, request.size());
    request.forEach(
        header -> {
          if (!Http2Headers.PseudoHeaderName.PATH.value().contentEquals(header.getKey())
              && !Http2Headers.PseudoHeaderName.SCHEME.value().contentEquals(header.getKey())) {
            connect.add(header.getKey(), header.getValue());
          }
        });
    return connect;
  }

  /** Turns an endpoint's answer into what it is inside. */
  static void answered(Http2Headers response) {
    CharSequence status = response.status();
    if (status != null && status.charAt(0) == '2') {
      response.status(SWITCHING_PROTOCOLS);
    }
  }

  private static boolean isMethod(CharSequence name) {
    return Http2Headers.PseudoHeaderName.METHOD.value().contentEquals(name);
  }

  private static boolean isGranted(Http2Headers response) {
    CharSequence status = response.status();
    return status != null && SWITCHING_PROTOCOLS.contentEquals(status);
  }

  /** A key that no client sent: who speaks HTTP/2 does not get it either. */
  private record MadeUpKey(String text) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return text.subSequence(start, end);
    }

    @Override
    public String toString() {
      return text;
    }
  }
}
