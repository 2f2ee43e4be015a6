package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Plain CONNECT (RFC 9110, section 9.3.6). Inside it is an upgrade to {@link #PROTOCOL}, which 101
 * grants, like all others; on the wire 2xx grants it, and there is neither path nor scheme.
 */
public final class Tunnel {
  /** What a CONNECT asks to go on with; compared by identity, for no header can name it. */
  public static final AsciiString PROTOCOL = AsciiString.cached("CONNECT");

  private static final AsciiString OK = AsciiString.cached("200");
  private static final AsciiString SWITCHING_PROTOCOLS = AsciiString.cached("101");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");

  private Tunnel() {}

  /** Whether a request is a CONNECT; what came as extended CONNECT is none inside. */
  public static boolean isAsked(Http2Headers request) {
    CharSequence method = request.method();
    return method != null && PROTOCOL.contentEquals(method);
  }

  /** Whether this protocol, as a stream tells it, is that of a CONNECT. */
  @SuppressWarnings("ReferenceEquality") // a header may have the same text, and asks for no CONNECT
  public static boolean is(@Nullable CharSequence protocol) {
    return protocol == PROTOCOL;
  }

  /** Turns the answer of an endpoint that grants it, 2xx, into what it is inside. */
  public static void granted(Http2Headers answer) {
    answer.status(SWITCHING_PROTOCOLS);
    // it says nothing of what follows (RFC 9110, section 9.3.6)
    answer.remove(CONTENT_LENGTH);
  }

  /** Turns 101 into what a client is told; whether it was that. */
  public static boolean toWire(Http2Headers answer) {
    CharSequence status = answer.status();
    if (status == null || !SWITCHING_PROTOCOLS.contentEquals(status)) {
      return false;
    }
    answer.status(OK);
    answer.remove(UPGRADE);
    answer.remove(CONTENT_LENGTH);
    return true;
  }
}
