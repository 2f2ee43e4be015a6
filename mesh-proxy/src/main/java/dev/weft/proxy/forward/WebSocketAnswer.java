package dev.weft.proxy.forward;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

/** The answer to a request for a WebSocket that grants none, and is no error either. */
final class WebSocketAnswer {
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString WEBSOCKET = AsciiString.cached("websocket");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int ERRORS = 400;

  private WebSocketAnswer() {}

  /**
   * Whether an answer is such a one. As with Envoy the client gets its head only, without what
   * tells of the body.
   */
  static boolean takesHeadOnly(Http2Headers request, int status, Http2Headers answer) {
    CharSequence asked = request.get(UPGRADE);
    if (status == SWITCHING_PROTOCOLS
        || status >= ERRORS
        || asked == null
        || !AsciiString.contentEqualsIgnoreCase(asked, WEBSOCKET)) {
      return false;
    }
    answer.remove(CONTENT_LENGTH);
    answer.remove(CONTENT_TYPE);
    return true;
  }
}
