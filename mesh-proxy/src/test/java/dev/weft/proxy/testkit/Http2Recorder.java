package dev.weft.proxy.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads HTTP/2 as an endpoint that takes everything at its word, and writes answers. */
final class Http2Recorder extends Http2FrameAdapter {
  private static final int MOST_STREAMS = 1000;

  /** What has gone is counted in such pieces. */
  static final int PIECE = 16 * 1024;

  private final RecordingUpstream upstream;
  private final int connection;
  private final Map<Integer, Arrival> streams = new HashMap<>();
  private Http2ConnectionHandler handler;

  private Http2Recorder(RecordingUpstream upstream, int connection) {
    this.upstream = upstream;
    this.connection = connection;
  }

  /** Serves an accepted channel. */
  static void install(Channel channel, RecordingUpstream upstream, int connection) {
    Http2Recorder recorder = new Http2Recorder(upstream, connection);
    recorder.handler =
        new Http2ConnectionHandlerBuilder()
            .server(true)
            .validateHeaders(false)
            .initialSettings(new Http2Settings().maxConcurrentStreams(MOST_STREAMS))
            .frameListener(recorder)
            .encoderEnforceMaxRstFramesPerWindow(0, 0)
            .decoderEnforceMaxRstFramesPerWindow(0, 0)
            .build();
    channel.pipeline().addLast(recorder.handler);
    channel
        .closeFuture()
        .addListener(closed -> recorder.streams.values().forEach(a -> a.onCut("closed")));
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
    Arrival known = streams.get(stream);
    if (known == null) {
      List<Map.Entry<String, String>> head = new ArrayList<>();
      headers.forEach(h -> head.add(Map.entry(h.getKey().toString(), h.getValue().toString())));
      known = new Arrival(connection, head, new Answer(ctx, stream));
      streams.put(stream, known);
      upstream.head(known);
    } else {
      for (Map.Entry<CharSequence, CharSequence> trailer : headers) {
        known.onTrailer(trailer.getKey().toString(), trailer.getValue().toString());
      }
    }
    if (end) {
      upstream.end(known);
    }
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int stream, ByteBuf data, int padding, boolean end) {
    Arrival known = streams.get(stream);
    known.onBody(data.toString(StandardCharsets.ISO_8859_1));
    if (end) {
      upstream.end(known);
    }
    return data.readableBytes() + padding;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int stream, long code) {
    Arrival known = streams.get(stream);
    if (known != null) {
      known.onReset(code);
    }
  }

  private final class Answer implements Arrival.Answers {
    private final ChannelHandlerContext context;
    private final int stream;

    Answer(ChannelHandlerContext context, int stream) {
      this.context = context;
      this.stream = stream;
    }

    private void onLoop(Runnable action) {
      context
          .executor()
          .execute(
              () -> {
                action.run();
                handler.flush(context);
              });
    }

    private static Http2Headers headers(Http2Headers to, String... names) {
      for (int i = 0; i < names.length; i += 2) {
        to.add(names[i], names[i + 1]);
      }
      return to;
    }

    @Override
    public void head(int status, boolean end, String... names) {
      Http2Headers head = new DefaultHttp2Headers(false).status(Integer.toString(status));
      write(headers(head, names), end);
    }

    private void write(Http2Headers head, boolean end) {
      onLoop(
          () ->
              handler.encoder().writeHeaders(context, stream, head, 0, end, context.newPromise()));
    }

    @Override
    public void data(byte[] bytes, boolean end) {
      onLoop(
          () -> {
            int from = 0;
            do {
              int length = Math.min(PIECE, bytes.length - from);
              piece(
                  Unpooled.wrappedBuffer(bytes, from, length),
                  end && from + length == bytes.length);
              from += length;
            } while (from < bytes.length);
          });
    }

    private void piece(ByteBuf piece, boolean end) {
      int length = piece.readableBytes();
      handler
          .encoder()
          .writeData(context, stream, piece, 0, end, context.newPromise())
          .addListener(
              gone -> {
                if (gone.isSuccess()) {
                  streams.get(stream).onSent(length);
                }
              });
    }

    @Override
    public void trailers(String... names) {
      write(headers(new DefaultHttp2Headers(false), names), true);
    }

    @Override
    public void reset(long code) {
      onLoop(() -> handler.resetStream(context, stream, code, context.newPromise()));
    }

    @Override
    public void raw(byte[] bytes) {
      context.executor().execute(() -> context.writeAndFlush(Unpooled.wrappedBuffer(bytes)));
    }

    @Override
    public void close() {
      onLoop(() -> context.close());
    }
  }
}
