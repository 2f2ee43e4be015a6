package dev.weft.proxy.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.TcpKeepalive;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioSocketChannel;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class KeepalivesTest {
  @Test
  void aSocketOfTheJdkIsProbedAsSaid() {
    Channel channel = new NioSocketChannel();
    try {
      Keepalives.set(channel, new TcpKeepalive(3, 20, 7));

      assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(
              channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
          .isEqualTo(3);
      assertThat(
              channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
          .isEqualTo(20);
      assertThat(
              channel
                  .config()
                  .getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
          .isEqualTo(7);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void aSocketOfEpollIsProbedAsSaid() {
    assertThat(Epoll.isAvailable()).isTrue();
    Channel channel = new EpollSocketChannel();
    try {
      Keepalives.set(channel, new TcpKeepalive(3, 20, 7));

      assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPCNT)).isEqualTo(3);
      assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPIDLE)).isEqualTo(20);
      assertThat(channel.config().getOption(EpollChannelOption.TCP_KEEPINTVL)).isEqualTo(7);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  @Test
  void whatIsNotSaidIsAsTheSystemHasIt() {
    Channel channel = new NioSocketChannel();
    try {
      Integer before =
          channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE));

      Keepalives.set(channel, new TcpKeepalive(0, 0, 0));

      assertThat(channel.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
      assertThat(
              channel.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
          .isEqualTo(before);
    } finally {
      channel.unsafe().closeForcibly();
    }
  }
}
