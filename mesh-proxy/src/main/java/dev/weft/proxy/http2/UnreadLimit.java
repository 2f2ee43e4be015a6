package dev.weft.proxy.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Stops listening to a peer that goes on while it leaves too much unread, until it has read it:
 * DATA waits for the socket, but heads do not. Confined to its loop.
 */
final class UnreadLimit {
  private static final long BYTES = 256 * 1024;

  private boolean held;

  /** Something was flushed. */
  void onFlush(Channel channel) {
    if (held || channel.isWritable()) {
      return;
    }
    ChannelOutboundBuffer unsent = channel.unsafe().outboundBuffer();
    if (unsent != null && unsent.totalPendingWriteBytes() > BYTES) {
      held = true;
      channel.config().setAutoRead(false);
    }
  }

  /**
   * The socket takes more, or does not any longer.
   *
   * @return whether the peer has read what it left, and is listened to again
   */
  boolean onWritability(Channel channel) {
    if (!held || !channel.isWritable()) {
      return false;
    }
    held = false;
    channel.config().setAutoRead(true);
    return true;
  }

  /** Whether the peer leaves so much unread that nothing is begun with it. */
  boolean isReached() {
    return held;
  }
}
