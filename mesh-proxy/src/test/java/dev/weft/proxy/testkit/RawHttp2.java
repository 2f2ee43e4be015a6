package dev.weft.proxy.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.ssl.SslContext;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * A peer that sends the HTTP/2 frames it is told to, right or wrong, and writes down what comes.
 */
public final class RawHttp2 implements AutoCloseable {
  public final Queue<String> frames = new ConcurrentLinkedQueue<>();
  private volatile ChannelHandlerContext context;
  private volatile Http2ConnectionHandler handler;
  private final Channel channel;

  /** Is told of frames, too. */
  private final Http2FrameListener also;

  private RawHttp2(
      VertxInternal vertx,
      int port,
      Http2Settings settings,
      SslContext tls,
      Http2FrameListener also) {
    this.also = also;
    this.channel =
        new Bootstrap()
            .group(vertx.nettyEventLoopGroup())
            .channelFactory(vertx.transport().channelFactory(false))
            .handler(initializer(false, settings, tls))
            .connect("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  private RawHttp2(VertxInternal vertx, Http2Settings settings, SslContext tls) {
    this.also = new Http2FrameAdapter();
    this.channel =
        new ServerBootstrap()
            .group(vertx.nettyEventLoopGroup())
            .channelFactory(vertx.transport().serverChannelFactory(false))
            .childHandler(initializer(true, settings, tls))
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
  }

  public static RawHttp2 client(Vertx vertx, int port) {
    return client(vertx, port, null);
  }

  /** A client with this identity, in the clear if it is null. */
  public static RawHttp2 client(Vertx vertx, int port, TlsPeer identity) {
    return client(vertx, port, identity, new Http2Settings().pushEnabled(false));
  }

  public static RawHttp2 client(Vertx vertx, int port, TlsPeer identity, Http2Settings settings) {
    SslContext tls = identity == null ? null : identity.client("h2");
    return new RawHttp2((VertxInternal) vertx, port, settings, tls, new Http2FrameAdapter());
  }

  /**
   * A client that tells somebody else of what comes.
   *
   * @param tls null for none
   * @param also told of heads, resets and GOAWAY on the loop; of data only by {@code onDataRead}
   */
  public static RawHttp2 client(Vertx vertx, int port, SslContext tls, Http2FrameListener also) {
    Http2Settings settings = new Http2Settings().pushEnabled(false);
    return new RawHttp2((VertxInternal) vertx, port, settings, tls, also);
  }

  /** Done when the connection has ended. */
  public ChannelFuture closed() {
    return channel.closeFuture();
  }

  public static RawHttp2 server(Vertx vertx, Http2Settings settings) {
    return server(vertx, settings, null);
  }

  /**
   * A server with this identity, in the clear if it is null; what is written goes to the connection
   * that asked last.
   */
  public static RawHttp2 server(Vertx vertx, Http2Settings settings, TlsPeer identity) {
    SslContext tls = identity == null ? null : identity.server("h2");
    return new RawHttp2((VertxInternal) vertx, settings, tls);
  }

  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  private ChannelInitializer<Channel> initializer(
      boolean server, Http2Settings settings, SslContext tls) {
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
        if (tls != null) {
          added.pipeline().addLast(tls.newHandler(added.alloc()));
        }
        added.pipeline().addLast(handler);
        context = added.pipeline().context(handler);
        added.closeFuture().addListener(closed -> frames.add("closed"));
      }
    };
  }

  /** Writes frames past all checks, on the loop, and flushes them. */
  public void write(BiConsumer<Http2FrameWriter, ChannelHandlerContext> action) {
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
  public void ignoreStreamLimit() {
    context
        .executor()
        .submit(() -> handler.connection().local().maxActiveStreams(Integer.MAX_VALUE))
        .syncUninterruptibly();
  }

  /**
   * Sends pieces of DATA as far as the other side's windows go, each once the one before has gone.
   *
   * @param sent how many have gone, counted on
   */
  public void flood(int stream, String piece, int pieces, AtomicInteger sent) {
    context.executor().execute(() -> next(stream, piece, pieces, sent));
  }

  private void next(int stream, String piece, int pieces, AtomicInteger sent) {
    handler
        .encoder()
        .writeData(context, stream, text(piece), 0, false, context.newPromise())
        .addListener(
            written -> {
              if (written.isSuccess() && sent.incrementAndGet() < pieces) {
                context.executor().execute(() -> next(stream, piece, pieces, sent));
              }
            });
    handler.flush(context);
  }

  /** Lets the other side send so much more on a stream. */
  public void allow(int stream, int bytes) {
    onLoop(
        () -> {
          Http2Connection streams = handler.connection();
          streams.local().flowController().incrementWindowSize(streams.stream(stream), bytes);
          context.flush();
          return null;
        });
  }

  /** Opens a stream as a well-behaved client does. */
  public void request(int stream, Http2Headers headers, boolean end) {
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

  /**
   * Opens a stream with a head of exactly these fields, in this order.
   *
   * @param fields names and values in turn
   */
  public void head(int stream, boolean end, String... fields) {
    onLoop(
        () -> {
          Http2Connection streams = handler.connection();
          (streams.isServer() ? streams.remote() : streams.local()).createStream(stream, end);
          return null;
        });
    fields(stream, end, fields);
  }

  /** Sends exactly these fields on a stream: a head, or trailers. */
  public void fields(int stream, boolean end, String... fields) {
    Http2Flags flags = new Http2Flags().endOfHeaders(true).endOfStream(end);
    write(
        (w, c) ->
            w.writeFrame(c, Http2FrameTypes.HEADERS, stream, flags, block(fields), c.newPromise()));
  }

  /** A whole answer. */
  public void answer(int stream, Http2Headers head, String body) {
    write(
        (w, c) -> {
          w.writeHeaders(c, stream, head, 0, false, c.newPromise());
          w.writeData(c, stream, text(body), 0, true, c.newPromise());
        });
  }

  private void onLoop(Callable<Void> action) {
    context.executor().submit(action).syncUninterruptibly();
  }

  /**
   * Fields as literals that are not indexed (RFC 7541, section 6.2.2), a byte to a character.
   *
   * @param fields names and values in turn
   */
  public static ByteBuf block(String... fields) {
    ByteBuf block = Unpooled.buffer();
    for (int i = 0; i < fields.length; i++) {
      if (i % 2 == 0) {
        block.writeByte(0);
      }
      length(block, fields[i].length());
      block.writeCharSequence(fields[i], StandardCharsets.ISO_8859_1);
    }
    return block;
  }

  /** A length with a prefix of seven bits (RFC 7541, section 5.1). */
  private static void length(ByteBuf block, int length) {
    if (length < 127) {
      block.writeByte(length);
      return;
    }
    block.writeByte(127);
    int left = length - 127;
    for (; left >= 128; left >>>= 7) {
      block.writeByte(left & 0x7f | 0x80);
    }
    block.writeByte(left);
  }

  public static ByteBuf text(String text) {
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
        ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end)
        throws Http2Exception {
      also.onDataRead(ctx, stream, data, padding, end);
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
        boolean end)
        throws Http2Exception {
      onHeadersRead(ctx, stream, headers, padding, end);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx, int stream, Http2Headers headers, int padding, boolean end)
        throws Http2Exception {
      also.onHeadersRead(ctx, stream, headers, padding, end);
      // Of a server's connections, the one that asked last is answered.
      context = ctx;
      handler = (Http2ConnectionHandler) ctx.handler();
      frames.add(
          stream
              + " headers "
              + (headers.status() == null ? headers.path() : headers.status())
              + (end ? " end" : ""));
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code)
        throws Http2Exception {
      also.onRstStreamRead(ctx, stream, code);
      frames.add(stream + " reset " + code);
    }

    @Override
    public void onGoAwayRead(ChannelHandlerContext ctx, int last, long code, ByteBuf debug)
        throws Http2Exception {
      also.onGoAwayRead(ctx, last, code, debug);
      frames.add("goaway " + last + " " + code);
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
      frames.add("settings");
    }
  }
}
