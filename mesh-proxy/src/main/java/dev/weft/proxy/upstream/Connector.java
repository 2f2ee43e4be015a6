package dev.weft.proxy.upstream;

import dev.weft.proxy.http1.Http1ClientConnection;
import dev.weft.proxy.http2.Http2ClientConnection;
import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.Keepalives;
import dev.weft.proxy.stream.WindowBudget;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Opens channels to targets and puts the protocol's handler on them. Confined to its loop. */
final class Connector {
  private static final int WRITE_SPIN = 16;

  private final FlushScheduler flushes;
  private final ChannelFactory<? extends Channel> channels;
  private final Descriptors descriptors;
  private final WindowBudget windows;

  Connector(
      FlushScheduler flushes,
      ChannelFactory<? extends Channel> channels,
      Descriptors descriptors,
      WindowBudget windows) {
    this.flushes = flushes;
    this.channels = channels;
    this.descriptors = descriptors;
    this.windows = windows;
  }

  /** Starts to connect; the outcome is told to the connection, perhaps from within this call. */
  void connect(PooledConnection connection) {
    UpstreamTarget target = connection.target();
    connection.observer().opening();
    String hindrance = Handshakes.hindrance(target);
    if (hindrance != null) {
      connection.fail(ConnectFailure.Kind.TLS, hindrance);
      return;
    }
    SslContext tls = target.tls() == null ? null : target.tls().current();
    if (target.tls() != null && tls == null) {
      connection.fail(
          ConnectFailure.Kind.TLS,
          "its certificate or trust bundle has not arrived yet; it is retried with the next"
              + " request");
      return;
    }
    long millis = connection.settings().connectTimeout().toMillis();
    if (!target.addresses().isEmpty()) {
      race(connection, tls, millis);
      return;
    }
    ChannelFuture future =
        bootstrap(millis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    prepare(channel, connection, tls);
                  }
                })
            .connect(target.address(), target.from().towards(target.address()));
    if (future.isDone() && !future.isSuccess()) {
      // There is no channel, and no loop that the future's listeners would run on.
      onRefused(connection, future.cause());
      return;
    }
    connection.connecting(future.channel(), timer(connection, millis));
    if (!descriptors.takeEndpoint(future.channel())) {
      connection.fail(ConnectFailure.Kind.OVERFLOW, "the process has too many files open");
      return;
    }
    future.addListener(
        done -> {
          if (!done.isSuccess()) {
            onRefused(connection, done.cause());
          }
        });
  }

  private static void onRefused(PooledConnection connection, Throwable cause) {
    UpstreamTarget target = connection.target();
    connection.fail(
        target.from().failure(cause, target.address()), String.valueOf(cause.getMessage()));
  }

  private @Nullable Future<?> timer(PooledConnection connection, long millis) {
    return millis <= 0
        ? null
        : flushes
            .loop()
            .schedule(
                () ->
                    connection.fail(
                        ConnectFailure.Kind.TIMEOUT, "not ready after " + millis + " ms"),
                millis,
                TimeUnit.MILLISECONDS);
  }

  /** Connects to whichever address answers first. */
  private void race(PooledConnection connection, @Nullable SslContext tls, long millis) {
    HappyEyeballs race =
        new HappyEyeballs(
            flushes.loop(),
            bootstrap(millis),
            connection.target(),
            tls,
            connection.settings().keepalive(),
            descriptors,
            new HappyEyeballs.Listener() {
              @Override
              public void onAnother() {
                connection.observer().openingAnother();
              }

              @Override
              public void onConnected(
                  ChannelHandlerContext last,
                  InetSocketAddress address,
                  @Nullable SslHandler secured) {
                connection.connected(last.channel());
                if (secured == null) {
                  boolean http2 = connection.target().protocol() == WireProtocol.HTTP2;
                  replace(last, connection, address, http2);
                } else {
                  agree(last, connection, address, secured);
                }
              }

              @Override
              public void onFailed(ConnectFailure.Kind kind, String detail) {
                connection.fail(kind, detail);
              }
            });
    connection.connecting(race, timer(connection, millis));
    race.start();
  }

  /** Does this after a time, on the loop of the connections. */
  Future<?> later(Duration wait, Runnable what) {
    return flushes.loop().schedule(what, wait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Whether connections that carry nothing should rather be closed than kept. */
  boolean isCrowded() {
    return descriptors.areEndpointsMany();
  }

  private Bootstrap bootstrap(long millis) {
    return new Bootstrap()
        .group(flushes.loop())
        .channelFactory(channels)
        .disableResolver()
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.WRITE_SPIN_COUNT, WRITE_SPIN)
        // Our own timer covers the handshake too and fires first.
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) Math.min(millis * 2, 600_000));
  }

  private void prepare(Channel channel, PooledConnection connection, @Nullable SslContext tls) {
    UpstreamTarget target = connection.target();
    target.from().prepare(channel);
    if (connection.settings().keepalive() != null) {
      Keepalives.set(channel, connection.settings().keepalive());
    }
    if (target.preface() != null) {
      channel.pipeline().addLast(new PrefaceWriter(target.preface()));
    }
    if (tls == null) {
      channel
          .pipeline()
          .addLast(
              protocol(
                  channel, connection, target.address(), target.protocol() == WireProtocol.HTTP2));
      return;
    }
    SslHandler handler =
        Handshakes.handler(tls, channel.alloc(), target, target.address().getPort());
    // The connect timer covers the handshake.
    handler.setHandshakeTimeoutMillis(0);
    channel.pipeline().addLast(handler, new Handshake(connection, handler));
  }

  /** Puts the handler of what was agreed on in the place of the one that waited for it. */
  private void agree(
      ChannelHandlerContext waiting,
      PooledConnection connection,
      InetSocketAddress address,
      SslHandler tls) {
    String agreed = tls.applicationProtocol();
    WireProtocol wanted = connection.target().protocol();
    if (agreed != null && contradicts(wanted, agreed)) {
      connection.fail(
          ConnectFailure.Kind.PROTOCOL, "ALPN agreed on " + agreed + " instead of " + wanted);
      return;
    }
    boolean http2 =
        wanted == WireProtocol.HTTP2
            || wanted == WireProtocol.ALPN && ApplicationProtocolNames.HTTP_2.equals(agreed);
    replace(waiting, connection, address, http2);
  }

  private void replace(
      ChannelHandlerContext waiting,
      PooledConnection connection,
      InetSocketAddress address,
      boolean http2) {
    waiting
        .pipeline()
        .replace(
            waiting.handler(), "http", protocol(waiting.channel(), connection, address, http2));
  }

  private static boolean contradicts(WireProtocol wanted, String agreed) {
    return switch (wanted) {
      case HTTP1 -> !ApplicationProtocolNames.HTTP_1_1.equals(agreed);
      case HTTP2 -> !ApplicationProtocolNames.HTTP_2.equals(agreed);
      case BYTES -> false;
      case ALPN ->
          !ApplicationProtocolNames.HTTP_2.equals(agreed)
              && !ApplicationProtocolNames.HTTP_1_1.equals(agreed);
    };
  }

  private ClientConnection protocol(
      Channel channel, PooledConnection connection, InetSocketAddress address, boolean http2) {
    ClientConnection.Limits limits = TargetPool.limits(connection.settings());
    if (connection.target().protocol() == WireProtocol.BYTES) {
      return Http1ClientConnection.tunnel(
          () -> ConnectionDescription.of(channel, connection.target(), address, false),
          limits,
          connection,
          flushes);
    }
    return http2
        ? Http2ClientConnection.create(
            () -> ConnectionDescription.of(channel, connection.target(), address, true),
            limits,
            connection,
            flushes,
            windows)
        : new Http1ClientConnection(
            () -> ConnectionDescription.of(channel, connection.target(), address, false),
            limits,
            connection,
            flushes);
  }

  /** Waits for TLS and puts the handler of the agreed protocol in its place. */
  private final class Handshake extends ChannelInboundHandlerAdapter {
    private final PooledConnection connection;
    private final SslHandler tls;

    Handshake(PooledConnection connection, SslHandler tls) {
      this.connection = connection;
      this.tls = tls;
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
        ctx.fireUserEventTriggered(event);
        return;
      }
      if (!handshake.isSuccess()) {
        connection.fail(ConnectFailure.Kind.TLS, String.valueOf(handshake.cause().getMessage()));
        return;
      }
      String objection = Handshakes.objection(connection.target(), tls);
      if (objection != null) {
        connection.fail(ConnectFailure.Kind.TLS, objection);
        return;
      }
      agree(ctx, connection, connection.target().address(), tls);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      connection.fail(ConnectFailure.Kind.TLS, "closed during the TLS handshake");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      connection.fail(ConnectFailure.Kind.TLS, String.valueOf(cause.getMessage()));
    }
  }
}
