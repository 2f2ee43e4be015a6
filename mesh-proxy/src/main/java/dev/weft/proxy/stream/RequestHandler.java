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
}
