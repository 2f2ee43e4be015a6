package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.Descriptors;
import dev.weft.xds.model.Cluster.TcpKeepalive;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Opens plain byte streams to endpoints, for relays. Confined to its loop. */
public final class TcpConnector {
  private final EventLoop loop;
  private final ChannelFactory<? extends Channel> channels;
  private final Descriptors descriptors;

  /**
   * @param channels makes client channels that fit the loop
   * @param descriptors says how many there may be
   */
  public TcpConnector(
      EventLoop loop, ChannelFactory<? extends Channel> channels, Descriptors descriptors) {
    this.loop = loop;
    this.channels = channels;
    this.descriptors = descriptors;
  }

  /**
   * Connects, TLS handshake included. Nothing is read before the channel is told to, and its end of
   * stream does not close it.
   *
   * @param target its protocol does not count
   * @param keepalive by which the system finds out that the peer is gone; null for none
   * @param handler the last of the channel's pipeline
   * @param opened told of the channel, once
   * @param failed told what went wrong, once, instead
   */
  public void connect(
      UpstreamTarget target,
      Duration timeout,
      @Nullable TcpKeepalive keepalive,
      ChannelHandler handler,
      Consumer<Channel> opened,
      Consumer<ConnectFailure> failed) {
    InetSocketAddress address = target.address();
    SslContext context = target.tls() == null ? null : target.tls().current();
    if (target.tls() != null && context == null) {
      failed.accept(
          new ConnectFailure(
              ConnectFailure.Kind.TLS,
              "connecting to "
                  + address
                  + ": its certificate or trust bundle has not arrived yet"));
      return;
    }
    int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channelFactory(channels)
            .disableResolver()
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    if (keepalive != null) {
                      Keepalives.set(channel, keepalive);
                    }
                    if (target.preface() != null) {
                      channel.pipeline().addLast(new PrefaceWriter(target.preface()));
                    }
                    if (context != null) {
                      channel.pipeline().addLast(tlsHandler(channel, context, target, millis));
                    }
                    channel.pipeline().addLast(handler);
                  }
                })
            .connect(address);
    if (connecting.isDone() && !connecting.isSuccess()) {
      // There is no channel, and no loop that the future's listeners would run on.
      failed.accept(failure(address, connecting.cause(), ConnectFailure.Kind.REFUSED));
      return;
    }
    if (!descriptors.takeEndpoint(connecting.channel())) {
      connecting.channel().close();
      failed.accept(
          new ConnectFailure(
              ConnectFailure.Kind.OVERFLOW,
              "connecting to " + address + ": the process has too many files open"));
      return;
    }
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            failed.accept(failure(address, done.cause(), ConnectFailure.Kind.REFUSED));
            return;
          }
          SslHandler handshake = connecting.channel().pipeline().get(SslHandler.class);
          if (handshake == null) {
            opened.accept(connecting.channel());
            return;
          }
          handshake
              .handshakeFuture()
              .addListener(
                  secured -> {
                    if (secured.isSuccess()) {
                      opened.accept(connecting.channel());
                    } else {
                      connecting.channel().close();
                      failed.accept(failure(address, secured.cause(), ConnectFailure.Kind.TLS));
                    }
                  });
        });
  }

  private static SslHandler tlsHandler(
      Channel channel, SslContext context, UpstreamTarget target, int millis) {
    SslHandler handler =
        target.sni() == null
            ? context.newHandler(channel.alloc())
            : context.newHandler(channel.alloc(), target.sni(), target.address().getPort());
    handler.setHandshakeTimeoutMillis(millis);
    return handler;
  }

  private static ConnectFailure failure(
      InetSocketAddress address, Throwable cause, ConnectFailure.Kind kind) {
    boolean late =
        cause instanceof io.netty.channel.ConnectTimeoutException
            || cause instanceof io.netty.handler.ssl.SslHandshakeTimeoutException;
    return new ConnectFailure(
        late ? ConnectFailure.Kind.TIMEOUT : kind,
        "connecting to " + address + ": " + cause.getMessage());
  }
}
