package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;

/** Receives the response to one try. */
public interface ResponseReceiver extends ReceiveStream {
  /**
   * The head of the response, or an interim one (1xx other than 101) with {@code endStream} false.
   */
  void onHeaders(Http2Headers headers, boolean endStream);
}
