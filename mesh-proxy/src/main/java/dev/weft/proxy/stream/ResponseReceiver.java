package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;

/** Receives the response to one try. */
public interface ResponseReceiver extends ReceiveStream {
  /**
   * The head of the response, or an interim one (1xx other than 101) with {@code endStream} false.
   * 101 is final and the answer to a request with {@code upgrade} only: after it both directions
   * are bytes.
   */
  void onHeaders(Http2Headers headers, boolean endStream);
}
