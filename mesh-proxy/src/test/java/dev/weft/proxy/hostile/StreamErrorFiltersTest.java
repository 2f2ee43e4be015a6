package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.HttpFilterConfig;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** H38: after a stream error filters are told of the end, once, and of nothing else. */
class StreamErrorFiltersTest {
  private record Named(String name) implements HttpFilterConfig {}

  private static final List<String> EVENTS = new CopyOnWriteArrayList<>();

  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(
          StreamErrorFiltersTest::filtered,
          UnaryOperator.identity(),
          (config, routes, site) -> context -> new Recorder());

  /** Notes what it is told of requests to this test's path. */
  private static final class Recorder implements HttpFilter {
    private boolean noted;

    private void note(String event) {
      if (noted) {
        EVENTS.add(event);
      }
    }

    @Override
    public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
      noted = "/bad".contentEquals(headers.path());
      note("head");
      return Verdict.CONTINUE;
    }

    @Override
    public void onRequestData(ByteBuf data, boolean endStream) {
      note("data " + data.toString(StandardCharsets.US_ASCII) + (endStream ? " end" : ""));
    }

    @Override
    public void onRequestTrailers(Http2Headers trailers) {
      note("trailers");
    }

    @Override
    public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
      note("answer");
      return Verdict.CONTINUE;
    }

    @Override
    public void onComplete() {
      note("complete");
    }
  }

  private static HttpConnectionManager filtered(HttpConnectionManager manager) {
    return HttpConnectionManagerBuilder.builder(manager)
        .filters(List.of(new Named("recorder")))
        .build();
  }

  @BeforeEach
  void forget() {
    EVENTS.clear();
  }

  /** What is wrong with a request, of which a part has passed the filters. */
  private enum Wrong {
    TRAILERS_WITHOUT_THE_END {
      @Override
      void send(RawHttp2 client) {
        client.fields(3, false, "a", "b");
      }
    },
    MALFORMED_TRAILERS {
      @Override
      void send(RawHttp2 client) {
        client.fields(3, true, "A", "b");
      }
    },
    MORE_THAN_ITS_LENGTH {
      @Override
      void send(RawHttp2 client) {
        data(client, "more than ten", false);
      }
    },
    LESS_THAN_ITS_LENGTH {
      @Override
      void send(RawHttp2 client) {
        data(client, "less", true);
      }
    };

    abstract void send(RawHttp2 client);
  }

  private static void data(RawHttp2 client, String text, boolean end) {
    client.write((w, c) -> w.writeData(c, 3, RawHttp2.text(text), 0, end, c.newPromise()));
  }

  static Stream<Arguments> wrongs() {
    return Pair.times(
        Pair.fromHttp2(),
        Stream.of(Wrong.values()).map(wrong -> new Pair.Row("H38 " + wrong, wrong)).toList());
  }

  private static void begin(Pair pair, RawHttp2 client) {
    client.request(
        3,
        new DefaultHttp2Headers(false)
            .method("POST")
            .scheme(pair.mtls ? "https" : "http")
            .authority("a.test")
            .path("/bad")
            .add("content-length", "10"),
        false);
    data(client, "abc", false);
    await("the filters").until(() -> EVENTS.contains("data abc"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongs")
  void afterAStreamErrorFiltersAreLeftAlone(String name, Pair pair, Wrong wrong) {
    try (RawHttp2 client = pairs.http2(pair)) {
      begin(pair, client);
      wrong.send(client);
      await("the reset").until(() -> client.frames.contains("3 reset 1"));
      data(client, "late", false);
      client.fields(3, true, "late", "trailers");
      // Whatever was sent before this has been read when it is answered.
      client.request(5, MalformedHttp2Test.get("/good"), true);
      await("the answer").until(() -> client.frames.contains("5 data ok end"));
    }
    await("the end").until(() -> EVENTS.contains("complete"));
    assertThat(EVENTS).containsExactly("head", "data abc", "complete");
  }

  @ParameterizedTest(name = "H38 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h38AfterTheClientsOwnResetToo(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      begin(pair, client);
      client.write(
          (w, c) -> {
            w.writeRstStream(c, 3, 8, c.newPromise());
            w.writeData(c, 3, RawHttp2.text("late"), 0, true, c.newPromise());
          });
      await("the end of the connection").until(() -> client.frames.contains("closed"));
    }
    await("the end").until(() -> EVENTS.contains("complete"));
    assertThat(EVENTS).containsExactly("head", "data abc", "complete");
  }
}
