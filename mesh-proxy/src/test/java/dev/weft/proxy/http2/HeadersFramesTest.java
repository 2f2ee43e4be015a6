package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2FrameReader;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read by Netty's own reader as the list that was given. */
class HeadersFramesTest {
  private static final int MOST = 16_384;

  private final MergedWrites merged = new MergedWrites();
  private final EmbeddedChannel channel = new EmbeddedChannel(merged);
  private final DefaultHttp2HeadersEncoder hpack = new DefaultHttp2HeadersEncoder();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @ParameterizedTest(name = "a value of {0} bytes")
  @ValueSource(ints = {0, 1, 300, 20_000, 60_000})
  void aListOfAnySizeIsReadAsItWas(int bytes) throws Http2Exception {
    Http2Headers head = new DefaultHttp2Headers().status("200").add("x", "~".repeat(bytes));

    HeadersFrames.write(hpack, MOST, merged.out(), 7, head, true);
    HeadersFrames.write(
        hpack, MOST, merged.out(), 9, new DefaultHttp2Headers().add("a", "b"), false);
    channel.flush();

    assertThat(read()).isEqualTo(List.of("7 " + head + " end", "9 " + "DefaultHttp2Headers[a: b]"));
  }

  @Test
  void aListThatIsTooLargeForThePeerLeavesNothingBehind() throws Http2Exception {
    hpack.configuration().maxHeaderListSize(100);
    Http2Headers head = new DefaultHttp2Headers().add("x", "~".repeat(200));

    assertThatThrownBy(() -> HeadersFrames.write(hpack, MOST, merged.out(), 7, head, true))
        .isInstanceOf(Http2Exception.class);
    HeadersFrames.write(
        hpack, MOST, merged.out(), 9, new DefaultHttp2Headers().add("a", "b"), true);
    channel.flush();

    assertThat(read()).isEqualTo(List.of("9 DefaultHttp2Headers[a: b] end"));
  }

  private List<String> read() throws Http2Exception {
    List<String> frames = new ArrayList<>();
    try (DefaultHttp2FrameReader reader =
        new DefaultHttp2FrameReader(new DefaultHttp2HeadersDecoder(true, 128 * 1024))) {
      for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
        try {
          while (out.isReadable()) {
            reader.readFrame(channel.pipeline().firstContext(), out, new Heads(frames));
          }
        } finally {
          out.release();
        }
      }
    }
    return frames;
  }

  private static final class Heads extends Http2FrameAdapter {
    private final List<String> frames;

    Heads(List<String> frames) {
      this.frames = frames;
    }

    @Override
    public void onHeadersRead(
        io.netty.channel.ChannelHandlerContext ctx,
        int stream,
        Http2Headers headers,
        int padding,
        boolean end) {
      frames.add(stream + " " + headers + (end ? " end" : ""));
    }
  }
}
