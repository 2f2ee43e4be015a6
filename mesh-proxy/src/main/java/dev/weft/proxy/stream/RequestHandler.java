package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;

/** Takes every request of a connection; one instance per connection. */
public interface RequestHandler {
  /**
   * A valid request head. The answer may be sent from within this call.
   *
   * @return what receives the rest of the request
   */
  ReceiveStream onRequest(DownstreamStream stream, Http2Headers headers, boolean endStream);

  /**
   * The peer broke the protocol and was answered, or cut off, by the codec: no request follows from
   * these bytes.
   *
   * @param status what was answered; 0 where the protocol has no answer (a GOAWAY, a stream error)
   * @param detail what was wrong, for logs
   */
  default void onRejected(int status, String detail) {}

  /** The client left a PING unanswered: its connection is about to be closed. */
  default void onUnanswered() {}

  /** Adds what every answer says of who gives it, to an answer of the codec's own. */
  default void sign(Http2Headers answer) {}
}
