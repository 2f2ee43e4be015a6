package dev.weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/**
 * The sending half of a stream, towards a client or towards an endpoint. Headers are HTTP/2 headers
 * with lower-case names and pseudo-headers whatever the protocol of the connection. Every method
 * runs on the connection's event loop; after the end of the stream or a reset further calls release
 * what they are given and do nothing. Writes are flushed once per loop run.
 */
public interface SendStream {
  /**
   * Sends the message head, or an interim (1xx) head with {@code endStream} false; takes over the
   * headers.
   */
  void sendHeaders(Http2Headers headers, boolean endStream);

  /**
   * Sends body bytes; takes over the buffer, which is passed on without a copy where it is large.
   *
   * @return true if the peer's window or socket took the bytes at once; false if they were queued:
   *     then {@link ReceiveStream#onDrained} is called when they have gone. Whoever fed these bytes
   *     returns flow-control credit ({@link #consumed}) to their source only for bytes that have
   *     gone.
   */
  boolean sendData(ByteBuf data, boolean endStream);

  /** Sends the trailers and ends the stream. */
  void sendTrailers(Http2Headers trailers);

  /**
   * Ends the stream at once, both ways; an HTTP/1.1 connection in the middle of a message is
   * closed. No callback follows.
   */
  void reset(ResetReason reason);

  /** Gives the peer credit for received body bytes that have gone on. */
  void consumed(int bytes);
}
