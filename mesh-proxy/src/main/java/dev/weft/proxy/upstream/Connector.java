package dev.weft.proxy.upstream;

import dev.weft.proxy.http1.Http1ClientConnection;
import dev.weft.proxy.http2.Http2ClientConnection;
import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.TlsSession;
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
    SslContext tls = target.tls() == null ? null : target.tls().current();
    if (target.tls() != null && tls == null) {
      connection.fail(
          ConnectFailure.Kind.TLS,
          "its certificate or trust bundle has not arrived yet; it is retried with the next"
              + " request");
      return;
    }
    long millis = connection.settings().connectTimeout().toMillis();
    ChannelFuture future =
        bootstrap(millis)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    prepare(channel, connection, tls);
                  }
                })
            .connect(target.address());
    if (future.isDone() && !future.isSuccess()) {
      // There is no channel, and no loop that the future's listeners would run on.
      connection.fail(ConnectFailure.Kind.REFUSED, String.valueOf(future.cause().getMessage()));
      return;
    }
    Future<?> timer =
        millis <= 0
            ? null
            : flushes
                .loop()
                .schedule(
                    () ->
                        connection.fail(
                            ConnectFailure.Kind.TIMEOUT, "not ready after " + millis + " ms"),
                    millis,
                    TimeUnit.MILLISECONDS);
    connection.connecting(future.channel(), timer);
    if (!descriptors.takeEndpoint(future.channel())) {
      connection.fail(ConnectFailure.Kind.OVERFLOW, "the process has too many files open");
      return;
    }
    future.addListener(
        done -> {
          if (!done.isSuccess()) {
            connection.fail(ConnectFailure.Kind.REFUSED, String.valueOf(done.cause().getMessage()));
          }
        });
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
    if (connection.settings().keepalive() != null) {
      Keepalives.set(channel, connection.settings().keepalive());
    }
    if (target.preface() != null) {
      channel.pipeline().addLast(new PrefaceWriter(target.preface()));
    }
    if (tls == null) {
      channel
          .pipeline()
          .addLast(protocol(channel, connection, target.protocol() == WireProtocol.HTTP2));
      return;
    }
    SslHandler handler =
        target.sni() == null
            ? tls.newHandler(channel.alloc())
            : tls.newHandler(channel.alloc(), target.sni(), target.address().getPort());
    // The connect timer covers the handshake.
    handler.setHandshakeTimeoutMillis(0);
    channel.pipeline().addLast(handler, new Handshake(connection, handler));
  }

  private ClientConnection protocol(Channel channel, PooledConnection connection, boolean http2) {
    ClientConnection.Limits limits = TargetPool.limits(connection.settings());
    if (connection.target().protocol() == WireProtocol.BYTES) {
      return Http1ClientConnection.tunnel(
          () -> describe(channel, connection, false), limits, connection, flushes);
    }
    return http2
        ? Http2ClientConnection.create(
            () -> describe(channel, connection, true), limits, connection, flushes, windows)
        : new Http1ClientConnection(
            () -> describe(channel, connection, false), limits, connection, flushes);
  }

  private static ConnectionInfo describe(
      Channel channel, PooledConnection connection, boolean http2) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    PeerIdentity peer = tls == null ? null : PeerIdentities.of(tls.engine().getSession());
    return new ConnectionInfo(
        (InetSocketAddress) channel.localAddress(),
        connection.target().address(),
        tls != null,
        peer,
        connection.target().sni(),
        http2,
        tls == null ? null : TlsSession.of(tls.engine().getSession()));
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
      ctx.pipeline().replace(this, "http", protocol(ctx.channel(), connection, http2));
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
