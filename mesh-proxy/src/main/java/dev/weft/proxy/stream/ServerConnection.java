package dev.weft.proxy.stream;

import io.netty.channel.ChannelInboundHandler;

/**
 * An accepted connection that speaks HTTP: the last handler of its pipeline, added once TLS and
 * ALPN are done. Every method runs on the channel's event loop.
 */
public interface ServerConnection extends ChannelInboundHandler {
  /**
   * Lets requests in flight finish and takes no more: announces it to the peer (GOAWAY, {@code
   * connection: close}) and closes the channel after the last one. A second call does nothing.
   */
  void drain();

  /** How many requests are in flight. */
  int activeStreams();
}
