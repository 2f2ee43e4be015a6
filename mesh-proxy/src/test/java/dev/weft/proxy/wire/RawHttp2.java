package dev.weft.proxy.wire;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;

/**
 * A peer that sends the HTTP/2 frames it is told to, right or wrong, and writes down what comes.
 */
final class RawHttp2 implements AutoCloseable {
  final Queue<String> frames = new ConcurrentLinkedQueue<>();
  private volatile ChannelHandlerContext context;
  private volatile Http2ConnectionHandler handler;
  private final Channel channel;

  private RawHttp2(VertxInternal vertx, int port, Http2Settings settings) {
    this.channel =
        new Bootstrap()
            .group(vertx.nettyEventLoopGroup())
            .channelFactory(vertx.transport().channelFactory(false))
            .handler(initializer(false, settings))
            .connect("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  private RawHttp2(VertxInternal vertx, Http2Settings settings) {
    this.channel =
        new ServerBootstrap()
            .group(vertx.nettyEventLoopGroup())
            .channelFactory(vertx.transport().serverChannelFactory(false))
            .childHandler(initializer(true, settings))
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  static RawHttp2 client(Vertx vertx, int port) {
    return new RawHttp2((VertxInternal) vertx, port, new Http2Settings().pushEnabled(false));
  }

  static RawHttp2 server(Vertx vertx, Http2Settings settings) {
    return new RawHttp2((VertxInternal) vertx, settings);
  }

  int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private ChannelInitializer<Channel> initializer(boolean server, Http2Settings settings) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel added) {
        handler =
            new Http2ConnectionHandlerBuilder()
                .server(server)
                .validateHeaders(false)
                .initialSettings(settings)
                .frameListener(new Recorder())
                .encoderEnforceMaxRstFramesPerWindow(0, 0)
                .encoderIgnoreMaxHeaderListSize(true)
                .decoupleCloseAndGoAway(true)
                .build();
        added.pipeline().addLast(handler);
        context = added.pipeline().context(handler);
        added.closeFuture().addListener(closed -> frames.add("closed"));
      }
    };
  }

  /** Writes frames past all checks, on the loop, and flushes them. */
  void write(BiConsumer<Http2FrameWriter, ChannelHandlerContext> action) {
    context
        .executor()
        .submit(
            () -> {
              action.accept(handler.encoder().frameWriter(), context);
              context.flush();
            })
        .syncUninterruptibly();
  }

  /** Opens as many streams as it is told to from now on. */
  void ignoreStreamLimit() {
    context
        .executor()
        .submit(() -> handler.connection().local().maxActiveStreams(Integer.MAX_VALUE))
        .syncUninterruptibly();
  }

  /** Opens a stream as a well-behaved client does. */
  void request(int stream, Http2Headers headers, boolean end) {
    context
        .executor()
        .submit(
            () -> {
              handler
                  .encoder()
                  .writeHeaders(context, stream, headers, 0, end, context.newPromise());
              context.flush();
            })
        .syncUninterruptibly();
  }

  static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  @Override
  public void close() {
    if (context != null) {
      context.channel().close().syncUninterruptibly();
    }
    channel.close().syncUninterruptibly();
  }

  private final class Recorder extends Http2FrameAdapter {
    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end) {
      frames.add(
          stream + " data " + data.toString(StandardCharsets.US_ASCII) + (end ? " end" : ""));
      return data.readableBytes() + padding;
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int stream,
        Http2Headers headers,
        int dependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean end) {
      onHeadersRead(ctx, stream, headers, padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end) {
      frames.add(
          stream
              + " headers "
              + (headers.status() == null ? headers.path() : headers.status())
              + (end ? " end" : ""));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
      frames.add(stream + " reset " + code);
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug) {
      frames.add("goaway " + last + " " + code);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      frames.add("settings");
    }
  }
}
