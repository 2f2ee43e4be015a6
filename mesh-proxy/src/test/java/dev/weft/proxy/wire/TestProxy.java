package dev.weft.proxy.wire;

import dev.weft.proxy.http1.Http1ServerConnection;
import dev.weft.proxy.http2.Http2ServerConnection;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.RequestHandler;
import dev.weft.proxy.stream.ServerConnection;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.Http1Settings;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Our codecs on a listening socket, with the least between them. */
public final class TestProxy implements AutoCloseable {
  public static final ServerSettings SERVER =
      new ServerSettings(
          60 * 1024,
          100,
          1000,
          0,
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ZERO,
          false,
          Http1Settings.DEFAULT.withCustomMethods());
  public static final ConnectionSettings CLIENT =
      new ConnectionSettings(Duration.ofSeconds(5), Duration.ofMinutes(1), 0, 1024, 1024, 1000);

  /** What a loop shares between its connections. */
  public record Loop(FlushScheduler flushes, UpstreamPool pool) {}

  private final VertxInternal vertx;
  private final Map<EventLoop, Loop> loops = new ConcurrentHashMap<>();
  public final Queue<ServerConnection> accepted = new ConcurrentLinkedQueue<>();
  public final Queue<String> rejections = new ConcurrentLinkedQueue<>();
  public final Counts counts = new Counts();
  private final Channel listening;

  /** A proxy that passes everything on to a port of this host. */
  public static TestProxy to(Vertx vertx, boolean http2, WireProtocol upstream, int port) {
    return to(vertx, http2, upstream, port, SERVER, CLIENT);
  }

  public static TestProxy to(
      Vertx vertx,
      boolean http2,
      WireProtocol upstream,
      int port,
      ServerSettings server,
      ConnectionSettings client) {
    UpstreamTarget target =
        new UpstreamTarget(
            "backend", new InetSocketAddress("127.0.0.1", port), upstream, null, null);
    TestProxy[] self = new TestProxy[1];
    self[0] =
        new TestProxy(
            vertx,
            http2,
            server,
            loop -> new PassThrough(loop.pool(), target, client, self[0].counts));
    return self[0];
  }

  public TestProxy(
      Vertx vertx,
      boolean http2,
      ServerSettings settings,
      Function<Loop, RequestHandler> handlers) {
    this.vertx = (VertxInternal) vertx;
    this.listening =
        new ServerBootstrap()
            .group(this.vertx.nettyEventLoopGroup())
            .channelFactory(this.vertx.transport().serverChannelFactory(false))
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(connection(channel, http2, settings, handlers));
                  }
                })
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  private ServerConnection connection(
      Channel channel,
      boolean http2,
      ServerSettings settings,
      Function<Loop, RequestHandler> handlers) {
    Loop loop = loop(channel.eventLoop());
    ConnectionInfo info =
        new ConnectionInfo(
            (InetSocketAddress) channel.localAddress(),
            (InetSocketAddress) channel.remoteAddress(),
            false,
            null,
            null,
            http2);
    RequestHandler handler = new Watched(handlers.apply(loop), rejections);
    ServerConnection connection =
        http2
            ? Http2ServerConnection.create(
                settings, info, handler, loop.flushes(), WindowBudget.ofProcess())
            : new Http1ServerConnection(settings, info, handler, loop.flushes());
    accepted.add(connection);
    return connection;
  }

  /** The loop's own scheduler and pool. */
  public Loop loop(EventLoop eventLoop) {
    return loops.computeIfAbsent(
        eventLoop,
        loop -> {
          FlushScheduler flushes = new FlushScheduler(loop);
          return new Loop(
              flushes,
              new UpstreamPool(
                  flushes,
                  vertx.transport().channelFactory(false),
                  Descriptors.unlimited(),
                  WindowBudget.ofProcess()));
        });
  }

  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Runs something for each loop, on it. */
  public void onLoops(java.util.function.Consumer<Loop> action) {
    loops.forEach(
        (eventLoop, loop) -> eventLoop.submit(() -> action.accept(loop)).syncUninterruptibly());
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    onLoops(loop -> loop.pool().drain());
  }

  private record Watched(RequestHandler handler, Queue<String> rejections)
      implements RequestHandler {
    @Override
    public dev.weft.proxy.stream.ReceiveStream onRequest(
        dev.weft.proxy.stream.DownstreamStream stream,
        io.netty.handler.codec.http2.Http2Headers headers,
        boolean endStream) {
      return handler.onRequest(stream, headers, endStream);
    }

    @Override
    public void onRejected(int status, String detail) {
      rejections.add(status + " " + detail);
    }

    @Override
    public void onUnanswered() {
      rejections.add("a PING without an answer");
    }
  }

  /** Ends what a test started. */
  public static void close(Vertx vertx) {
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
