package dev.weft.proxy.http1;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which WebSocket peers on HTTP/1.1 know that they understood each other (RFC 6455,
 * section 4). An endpoint that speaks HTTP/2 answers without (RFC 8441, section 5): what its client
 * waits for is made up here.
 */
final class WebSocketKeys {
  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

  private WebSocketKeys() {}

  /**
   * Gives an answer the proof where the endpoint sent none.
   *
   * @param key what the client sent; null if it did not
   */
  static void addAccept(Http2Headers answer, CharSequence upgrade, @Nullable CharSequence key) {
    if (key != null
        && WEBSOCKET.contentEqualsIgnoreCase(upgrade)
        && !answer.contains(HeaderNames.SEC_WEBSOCKET_ACCEPT)) {
      answer.set(HeaderNames.SEC_WEBSOCKET_ACCEPT, accept(key));
    }
  }

  private static AsciiString accept(CharSequence key) {
    try {
      return base64(
          MessageDigest.getInstance("SHA-1")
              .digest((key + GUID).getBytes(StandardCharsets.ISO_8859_1)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  private static AsciiString base64(byte[] bytes) {
    return new AsciiString(Base64.getEncoder().encode(bytes), false);
  }
}
