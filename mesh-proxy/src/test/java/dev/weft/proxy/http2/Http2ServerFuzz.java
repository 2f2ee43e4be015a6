package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.xds.model.Http1Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * Whatever frames come: nothing is thrown, nothing is kept, every request that began is over once
 * its connection is, and none is told anything after its end.
 */
class Http2ServerFuzz {
  private static final String FUZZ_TIME = "5s";
  private static final int FRAMES = 64;
  private static final ServerSettings SETTINGS =
      new ServerSettings(
          8192,
          50,
          16,
          0,
          Duration.ofSeconds(5),
          Duration.ofMinutes(1),
          Duration.ZERO,
          true,
          Http1Settings.DEFAULT);
  private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 1);
  private static final ConnectionInfo CONNECTION =
      new ConnectionInfo(HERE, HERE, false, null, null, true);

  private static final String[][] FIELDS = {
    {":method", "GET"},
    {":method", "POST"},
    {":method", "CONNECT"},
    {":scheme", "http"},
    {":path", "/"},
    {":path", "/a?b"},
    {":path", ""},
    {":authority", "a.test"},
    {":status", "200"},
    {":protocol", "websocket"},
    {"host", "a.test"},
    {"host", "b.test"},
    {"te", "trailers"},
    {"te", "gzip"},
    {"connection", "close"},
    {"transfer-encoding", "chunked"},
    {"content-length", "3"},
    {"content-length", "-1"},
    {"cookie", "a=b"},
    {"grpc-status", "0"},
    {"Upper", "case"},
    {"x", "a\r\nb"},
    {"x", "\0"},
    {"", "empty"},
    {"x", "y"}
  };

  @FuzzTest(maxDuration = FUZZ_TIME)
  void frames(FuzzedDataProvider data) {
    Set<Echo> open = new HashSet<>();
    EmbeddedChannel channel = new EmbeddedChannel();
    FlushScheduler flushes = new FlushScheduler(channel.eventLoop());
    channel
        .pipeline()
        .addLast(
            Http2ServerConnection.create(
                SETTINGS,
                CONNECTION,
                (stream, headers, end) -> new Echo(stream, open, end),
                flushes,
                WindowBudget.ofProcess()));
    try {
      channel.writeInbound(Http2CodecUtil.connectionPrefaceBuf());
      frame(channel, 4, 0, 0, Unpooled.EMPTY_BUFFER);
      for (int i = 0; i < FRAMES && data.remainingBytes() > 0 && channel.isOpen(); i++) {
        next(channel, data);
        channel.runPendingTasks();
        channel.checkException();
      }
    } finally {
      channel.finishAndReleaseAll();
    }
    channel.checkException();
    assertThat(open).as("requests that were never told of their end").isEmpty();
  }

  private static void next(EmbeddedChannel channel, FuzzedDataProvider data) {
    int type = data.consumeInt(0, 10);
    int stream = data.consumeInt(0, 9);
    int flags = data.consumeByte();
    ByteBuf payload = Unpooled.buffer();
    if (type == 1 && data.consumeBoolean()) {
      // A well-formed head most of the time, or nothing would get past the decoder.
      flags = 4 | flags & 1;
      fields(payload, data);
    } else if (type == 6) {
      payload.writeZero(data.consumeBoolean() ? 8 : data.consumeInt(0, 9));
    } else if (type == 8 || type == 3) {
      payload.writeInt(data.consumeInt());
    } else {
      payload.writeBytes(data.consumeBytes(data.consumeInt(0, 300)));
    }
    frame(channel, type, flags, stream, payload);
  }

  /** A header block of literals without indexing, which any decoder reads without a state. */
  private static void fields(ByteBuf block, FuzzedDataProvider data) {
    if (data.consumeBoolean()) {
      for (int i : new int[] {0, 3, 4, 7}) {
        field(block, FIELDS[i]);
      }
    }
    for (int i = data.consumeInt(0, 4); i > 0; i--) {
      field(block, FIELDS[data.consumeInt(0, FIELDS.length - 1)]);
    }
  }

  private static void field(ByteBuf block, String[] field) {
    block.writeByte(0);
    for (String text : field) {
      block.writeByte(text.length());
      block.writeCharSequence(text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
  }

  private static void frame(
      EmbeddedChannel channel, int type, int flags, int stream, ByteBuf payload) {
    ByteBuf frame = Unpooled.buffer();
    frame.writeMedium(payload.readableBytes()).writeByte(type).writeByte(flags).writeInt(stream);
    frame.writeBytes(payload);
    payload.release();
    channel.writeInbound(frame);
  }

  /** Answers with what it is sent. */
  private static final class Echo implements ReceiveStream {
    private final DownstreamStream stream;
    private final Set<Echo> open;
    private boolean over;

    Echo(DownstreamStream stream, Set<Echo> open, boolean end) {
      this.stream = stream;
      this.open = open;
      open.add(this);
      stream.sendHeaders(new DefaultHttp2Headers().status("200"), end);
      if (end) {
        finish();
      }
    }

    private void finish() {
      over = true;
      open.remove(this);
    }

    private void expectMore() {
      assertThat(over).as("told of something after its end").isFalse();
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
      expectMore();
      int bytes = data.readableBytes();
      if (stream.sendData(data, end)) {
        stream.consumed(bytes);
      }
      if (end) {
        finish();
      }
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      expectMore();
      stream.sendTrailers(trailers);
      finish();
    }

    @Override
    public void onReset(ResetReason reason) {
      // After both ends it may still come: what was queued could not be sent.
      finish();
    }

    @Override
    public void onDrained(int bytes) {
      stream.consumed(bytes);
    }
  }
}
