package dev.weft.proxy.stream;

import dev.weft.xds.model.Http2Keepalive;
import io.netty.channel.ChannelInboundHandler;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an endpoint that speaks HTTP: the last handler of its pipeline, added once TLS
 * and ALPN are done. Every method runs on the channel's event loop.
 */
public interface ClientConnection extends ChannelInboundHandler {
  /** How many more streams can be opened now; 0 before it is ready and once it drains. */
  int capacity();

  /** How many streams are open. */
  int activeStreams();

  /** Opens a stream with the request's head; only while there is {@link #capacity}. */
  UpstreamStream open(Http2Headers headers, boolean endStream, ResponseReceiver receiver);

  /** Takes no more streams and closes after the last one. */
  void drain();

  /**
   * Limits of one connection.
   *
   * @param maxStreams at once, if the protocol and the peer do not allow fewer
   * @param maxRequests after so many it drains; 0 for no limit
   * @param idleTimeout without a stream; zero for none
   * @param pings by which an HTTP/2 connection finds out that its peer is gone; null for none
   * @param properCase whether names of headers have capitals over HTTP/1.1
   * @param maxHeaders that an answer may have, and its trailers
   * @param maxHeaderBytes of all of them
   */
  record Limits(
      int maxStreams,
      int maxRequests,
      Duration idleTimeout,
      @Nullable Http2Keepalive pings,
      boolean properCase,
      int maxHeaders,
      int maxHeaderBytes) {}

  /** Told of what matters to a pool. */
  interface Listener {
    /** It may have more capacity than before: it became ready, or a stream ended. */
    void onCapacity(ClientConnection connection);

    /** The endpoint left a PING unanswered; {@link #onClosed} follows. */
    default void onUnanswered(ClientConnection connection) {}

    /** The channel is closed; called once, after the streams were told. */
    void onClosed(ClientConnection connection, String detail);
  }
}
