package dev.weft.proxy.stream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;

/** Has a connection's close be a reset, so that its peer cannot take it for an end. */
public final class AbortiveClose {
  private AbortiveClose() {}

  /**
   * To be called before the close. A channel may be closed already, and not have said so yet: then
   * there is nothing left to reset, and this does nothing.
   */
  public static void prepare(Channel channel) {
    if (!channel.isOpen()) {
      return;
    }
    try {
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException e) {
      // The system has given the connection up; a close is all that is left.
    }
  }
}
