package dev.weft.proxy.filter;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** Takes one message, a request or a response, part by part. */
public interface MessageSink {
  /** The head; the message ends with it if {@code endStream}. */
  void onHeaders(Http2Headers headers, boolean endStream);

  /** A part of the body, owned by the callee. */
  void onData(ByteBuf data, boolean endStream);

  /** The trailers, which end the message. */
  void onTrailers(Http2Headers trailers);
}
