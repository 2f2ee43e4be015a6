package dev.weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;

/** The receiving half of a stream; every call comes on the connection's event loop. */
public interface ReceiveStream {
  /**
   * Body bytes, owned by the callee. Every byte must be given back by {@link SendStream#consumed}
   * of the same stream once it has gone on, or the peer stalls; that is how back-pressure travels.
   */
  void onData(ByteBuf data, boolean endStream);

  /** Trailers; the stream ends with them. */
  void onTrailers(Http2Headers trailers);

  /** The peer, or the loss of its connection, ended the stream; nothing follows. */
  void onReset(ResetReason reason);

  /** So many bytes that {@link SendStream#sendData} had queued have gone to the peer. */
  void onDrained(int bytes);
}
