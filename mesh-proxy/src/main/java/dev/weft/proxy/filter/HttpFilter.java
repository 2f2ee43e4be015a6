package dev.weft.proxy.filter;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * One filter's work on one request. Every call comes on the request's event loop; requests pass the
 * filters in order, responses in reverse. Heads and trailers may be changed, bodies are only looked
 * at.
 */
public interface HttpFilter {
  /** The head of the request. */
  default Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
    return Verdict.CONTINUE;
  }

  /** A part of the request's body, to be left as it is. */
  default void onRequestData(ByteBuf data, boolean endStream) {}

  /** The trailers of the request. */
  default void onRequestTrailers(Http2Headers trailers) {}

  /** The head of the response; replying is not possible any more. */
  default Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
    return Verdict.CONTINUE;
  }

  /** A part of the response's body, to be left as it is. */
  default void onResponseData(ByteBuf data, boolean endStream) {}

  /** The trailers of the response. */
  default void onResponseTrailers(Http2Headers trailers) {}

  /** The exchange is over, however it ended; called once, nothing follows. */
  default void onComplete() {}
}
