package dev.weft.proxy.stream;

import dev.weft.xds.model.TcpKeepalive;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import java.net.SocketOption;
import jdk.net.ExtendedSocketOptions;

/** Has the system probe connections over which nothing goes. */
public final class Keepalives {
  private Keepalives() {}

  /** Sets it for a channel; on one that is not connected yet it holds from the first moment. */
  public static void set(Channel channel, TcpKeepalive keepalive) {
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    boolean epoll = channel instanceof EpollSocketChannel;
    set(
        channel,
        epoll ? EpollChannelOption.TCP_KEEPCNT : nio(ExtendedSocketOptions.TCP_KEEPCOUNT),
        keepalive.probes());
    set(
        channel,
        epoll ? EpollChannelOption.TCP_KEEPIDLE : nio(ExtendedSocketOptions.TCP_KEEPIDLE),
        keepalive.idleSeconds());
    set(
        channel,
        epoll ? EpollChannelOption.TCP_KEEPINTVL : nio(ExtendedSocketOptions.TCP_KEEPINTERVAL),
        keepalive.intervalSeconds());
  }

  private static ChannelOption<Integer> nio(SocketOption<Integer> option) {
    return NioChannelOption.of(option);
  }

  private static void set(Channel channel, ChannelOption<Integer> option, int value) {
    if (value > 0) {
      channel.config().setOption(option, value);
    }
  }
}
