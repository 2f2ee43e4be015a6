package dev.weft.proxy.http1;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** Takes what a parser finds, in order. */
interface MessageSink {
  /**
   * A head; an interim (1xx) one never ends the message.
   *
   * @throws Http1Exception if the connection cannot go on with it
   */
  void onHead(Http2Headers headers, boolean end) throws Http1Exception;

  /** Bytes of the body, owned by the callee. */
  void onBody(ByteBuf piece, boolean end);

  /** Trailers, which end the message. */
  void onTrailers(Http2Headers trailers);
}
