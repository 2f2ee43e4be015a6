package dev.weft.proxy.stream;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class AbortiveCloseTest {
  /** Netty closes a socket that breaks at once, and tells of it later. */
  @Test
  void aChannelThatIsClosedAlreadyIsLeftAlone() throws Exception {
    MultiThreadIoEventLoopGroup loop =
        new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel channel =
          new Bootstrap()
              .group(loop)
              .channel(EpollSocketChannel.class)
              .handler(new ChannelInboundHandlerAdapter())
              .connect(server.getLocalSocketAddress())
              .sync()
              .channel();
      channel.close().sync();

      assertThatCode(() -> channel.config().setOption(ChannelOption.SO_LINGER, 0))
          .as("what Netty says of it")
          .isInstanceOf(RuntimeException.class);
      assertThatCode(() -> AbortiveClose.prepare(channel)).doesNotThrowAnyException();
    } finally {
      loop.shutdownGracefully().sync();
    }
  }
}
