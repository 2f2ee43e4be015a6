package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.Keepalives;
import dev.weft.xds.model.TcpKeepalive;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens plain byte streams to endpoints, for relays. Confined to its loop. */
public final class TcpConnector {
  /** Is told of the outcome: one of the last two, once. */
  public interface Listener {
    /** Another address is tried, where the target has several. */
    default void onAnother() {}

    /** It is connected. */
    void onOpened(Channel channel);

    /** It is not. */
    void onFailed(ConnectFailure failure);
  }

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
   */
  public void connect(
      UpstreamTarget target,
      Duration timeout,
      @Nullable TcpKeepalive keepalive,
      ChannelHandler handler,
      Listener listener) {
    InetSocketAddress address = target.address();
    SslContext context = target.tls() == null ? null : target.tls().current();
    if (target.tls() != null && context == null) {
      listener.onFailed(
          new ConnectFailure(
              ConnectFailure.Kind.TLS,
              "connecting to "
                  + address
                  + ": its certificate or trust bundle has not arrived yet"));
      return;
    }
    int millis = (int) Math.min(Integer.MAX_VALUE, timeout.toMillis());
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channelFactory(channels)
            .disableResolver()
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.ALLOW_HALF_CLOSURE, true)
            .option(ChannelOption.AUTO_READ, false)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, millis);
    if (!target.addresses().isEmpty()) {
      race(bootstrap, target, context, millis, keepalive, handler, listener);
      return;
    }
    ChannelFuture connecting =
        bootstrap
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    target.from().prepare(channel);
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
            .connect(address, target.from().towards(address));
    if (connecting.isDone() && !connecting.isSuccess()) {
      // There is no channel, and no loop that the future's listeners would run on.
      listener.onFailed(
          failure(address, connecting.cause(), target.from().failure(connecting.cause(), address)));
      return;
    }
    if (!descriptors.takeEndpoint(connecting.channel())) {
      connecting.channel().close();
      listener.onFailed(
          new ConnectFailure(
              ConnectFailure.Kind.OVERFLOW,
              "connecting to " + address + ": the process has too many files open"));
      return;
    }
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            listener.onFailed(
                failure(address, done.cause(), target.from().failure(done.cause(), address)));
            return;
          }
          SslHandler handshake = connecting.channel().pipeline().get(SslHandler.class);
          if (handshake == null) {
            listener.onOpened(connecting.channel());
            return;
          }
          handshake
              .handshakeFuture()
              .addListener(
                  secured -> {
                    if (secured.isSuccess()) {
                      listener.onOpened(connecting.channel());
                    } else {
                      connecting.channel().close();
                      listener.onFailed(failure(address, secured.cause(), ConnectFailure.Kind.TLS));
                    }
                  });
        });
  }

  /** Connects to whichever address answers first. */
  private void race(
      Bootstrap bootstrap,
      UpstreamTarget target,
      @Nullable SslContext context,
      int millis,
      @Nullable TcpKeepalive keepalive,
      ChannelHandler handler,
      Listener listener) {
    Outcome outcome = new Outcome(target.address(), handler, listener);
    HappyEyeballs race =
        new HappyEyeballs(loop, bootstrap, target, context, keepalive, descriptors, outcome);
    if (millis > 0) {
      outcome.timer =
          loop.schedule(
              () -> {
                race.giveUp();
                outcome.onFailed(ConnectFailure.Kind.TIMEOUT, "not ready after " + millis + " ms");
              },
              millis,
              TimeUnit.MILLISECONDS);
    }
    race.start();
  }

  /** Tells what became of a race, and stops the timer that bounds it. */
  private static final class Outcome implements HappyEyeballs.Listener {
    private final InetSocketAddress endpoint;
    private final ChannelHandler handler;
    private final Listener listener;
    private @Nullable Future<?> timer;

    Outcome(InetSocketAddress endpoint, ChannelHandler handler, Listener listener) {
      this.endpoint = endpoint;
      this.handler = handler;
      this.listener = listener;
    }

    @Override
    public void onAnother() {
      listener.onAnother();
    }

    @Override
    public void onConnected(
        ChannelHandlerContext last, InetSocketAddress address, @Nullable SslHandler tls) {
      stopTimer();
      last.pipeline().replace(last.handler(), "relay", handler);
      listener.onOpened(last.channel());
    }

    @Override
    public void onFailed(ConnectFailure.Kind kind, String detail) {
      stopTimer();
      listener.onFailed(new ConnectFailure(kind, "connecting to " + endpoint + ": " + detail));
    }

    private void stopTimer() {
      if (timer != null) {
        timer.cancel(false);
        timer = null;
      }
    }
  }

  private static SslHandler tlsHandler(
      Channel channel, SslContext context, UpstreamTarget target, int millis) {
    SslHandler handler =
        Handshakes.handler(context, channel.alloc(), target, target.address().getPort());
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
