package dev.weft.proxy.hostile;

import static dev.weft.proxy.hostile.MalformedHttp2Test.get;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Clients that wear the proxy down, or break the frames: their connection ends, with its work. */
class Http2FloodTest {
  private static final int MANY = 1200;

  @RegisterExtension static final PairMesh pairs = new PairMesh(Http2FloodTest::delayed);

  private static HttpConnectionManager delayed(HttpConnectionManager manager) {
    return HttpConnectionManagerBuilder.builder(manager)
        .delayedCloseTimeout(Duration.ofMillis(50))
        .build();
  }

  private interface Frame {
    void write(Http2FrameWriter writer, ChannelHandlerContext context, int number);
  }

  private static Consumer<RawHttp2> flood(int times, Frame frame) {
    return client -> {
      client.ignoreStreamLimit();
      client.write(
          (w, c) -> {
            for (int i = 0; i < times; i++) {
              frame.write(w, c, i);
            }
          });
    };
  }

  private static Consumer<RawHttp2> once(
      BiConsumer<Http2FrameWriter, ChannelHandlerContext> frame) {
    return client -> client.write(frame);
  }

  private static Consumer<RawHttp2> raw(int type, int stream, int flags, String payload) {
    return once(
        (w, c) ->
            w.writeFrame(
                c,
                (byte) type,
                stream,
                new Http2Flags((short) flags),
                RawHttp2.text(payload),
                c.newPromise()));
  }

  private static ByteBuf nothing() {
    return Unpooled.EMPTY_BUFFER;
  }

  /** Opens a request that hangs, on stream 3, and floods it. */
  private static Consumer<RawHttp2> onRequest(int times, Frame frame) {
    return client -> {
      client.request(3, get("/hang").method("POST"), false);
      flood(times, frame).accept(client);
    };
  }

  private static Http2Headers bomb() {
    Http2Headers bomb = get("/bomb");
    for (int i = 0; i < 20; i++) {
      // Names of one table entry again and again: a few bytes each, 4 KiB when read.
      bomb.add("bomb", "x".repeat(4000));
    }
    return bomb;
  }

  private static Http2Headers crumbs() {
    Http2Headers crumbs = get("/crumbs");
    for (int i = 0; i < 4000; i++) {
      crumbs.add("cookie", "a=" + i % 10 + "0123456789");
    }
    return crumbs;
  }

  static Stream<Arguments> fatal() {
    return Pair.times(
        Pair.fromHttp2(),
        List.of(
            new Row(
                "H23 rapid reset",
                flood(
                    MANY,
                    (w, c, i) -> {
                      w.writeHeaders(c, 3 + 2 * i, get("/hang"), 0, true, c.newPromise());
                      w.writeRstStream(c, 3 + 2 * i, 8, c.newPromise());
                    })),
            new Row(
                "H24 windows that overflow provoke resets",
                flood(
                    MANY,
                    (w, c, i) -> {
                      w.writeHeaders(c, 3 + 2 * i, get("/hang"), 0, true, c.newPromise());
                      w.writeWindowUpdate(c, 3 + 2 * i, Integer.MAX_VALUE, c.newPromise());
                    })),
            new Row(
                "H24 updates of nothing provoke resets",
                flood(
                    MANY,
                    (w, c, i) -> {
                      w.writeHeaders(c, 3 + 2 * i, get("/hang"), 0, true, c.newPromise());
                      w.writeWindowUpdate(c, 3 + 2 * i, 0, c.newPromise());
                    })),
            new Row(
                "H24 malformed heads provoke resets",
                flood(
                    MANY,
                    (w, c, i) ->
                        w.writeHeaders(c, 3 + 2 * i, get("/hang#"), 0, true, c.newPromise()))),
            new Row(
                "H24 DATA after the end provokes resets",
                flood(
                    MANY,
                    (w, c, i) -> {
                      w.writeHeaders(c, 3 + 2 * i, get("/hang"), 0, true, c.newPromise());
                      w.writeData(c, 3 + 2 * i, RawHttp2.text("x"), 0, true, c.newPromise());
                    })),
            new Row(
                "H24 a stream that depends on itself provokes resets",
                flood(
                    MANY,
                    (w, c, i) -> {
                      w.writeHeaders(c, 3 + 2 * i, get("/hang"), 0, true, c.newPromise());
                      w.writePriority(c, 3 + 2 * i, 3 + 2 * i, (short) 16, false, c.newPromise());
                    })),
            new Row("H26 CONTINUATION without bytes", continuations("")),
            new Row("H26 CONTINUATION with bytes", continuations("x".repeat(100))),
            new Row(
                "H27 a table size above what was allowed",
                raw(1, 3, 5, "\u003f\u007f\u007f\u007f")),
            new Row(
                "H27 a block that flips the table size",
                raw(1, 3, 5, "\u0020\u003f\u0011\u0020\u003f\u0011\u0020\u0082\u0084\u0086")),
            new Row(
                "H28 PING", flood(3 * MANY, (w, c, i) -> w.writePing(c, false, i, c.newPromise()))),
            new Row(
                "H28 SETTINGS",
                flood(
                    3 * MANY,
                    (w, c, i) -> w.writeSettings(c, new Http2Settings(), c.newPromise()))),
            new Row(
                "H27 SETTINGS that flip the table size",
                flood(
                    MANY,
                    (w, c, i) ->
                        w.writeSettings(
                            c,
                            new Http2Settings().headerTableSize(i % 2 * 4096L),
                            c.newPromise()))),
            new Row(
                "H29 DATA without bytes",
                onRequest(50, (w, c, i) -> w.writeData(c, 3, nothing(), 0, false, c.newPromise()))),
            new Row(
                "H29 DATA of padding only",
                onRequest(
                    50, (w, c, i) -> w.writeData(c, 3, nothing(), 200, false, c.newPromise()))),
            new Row(
                "H29 HEADERS without fields",
                flood(
                    MANY,
                    (w, c, i) ->
                        w.writeHeaders(
                            c, 3 + 2 * i, new DefaultHttp2Headers(), 0, false, c.newPromise()))),
            new Row(
                "H29 unknown frames",
                flood(
                    MANY,
                    (w, c, i) ->
                        w.writeFrame(
                            c, (byte) 0x42, 0, new Http2Flags(), nothing(), c.newPromise()))),
            new Row(
                "H30 PRIORITY",
                flood(
                    3 * MANY,
                    (w, c, i) -> w.writePriority(c, 3, 5, (short) 16, false, c.newPromise()))),
            new Row(
                "H31 WINDOW_UPDATE",
                flood(3 * MANY, (w, c, i) -> w.writeWindowUpdate(c, 0, 1, c.newPromise()))),
            new Row(
                "H31 WINDOW_UPDATE of a stream",
                onRequest(3 * MANY, (w, c, i) -> w.writeWindowUpdate(c, 3, 1, c.newPromise()))),
            new Row(
                "H31 a window that overflows",
                once((w, c) -> w.writeWindowUpdate(c, 0, Integer.MAX_VALUE, c.newPromise()))),
            new Row("H37 DATA on stream 0", raw(0, 0, 0, "x")),
            new Row("H37 HEADERS on stream 0", raw(1, 0, 5, "")),
            new Row("H37 RST_STREAM on stream 0", raw(3, 0, 0, "\0\0\0\0")),
            new Row("H37 SETTINGS on a stream", raw(4, 3, 0, "")),
            new Row("H37 PING on a stream", raw(6, 3, 0, "12345678")),
            new Row("H37 GOAWAY on a stream", raw(7, 3, 0, "12345678")),
            new Row("H37 CONTINUATION without HEADERS", raw(9, 3, 4, "")),
            new Row("H37 PUSH_PROMISE from a client", raw(5, 3, 4, "\0\0\0\2")),
            new Row("H37 an even stream", raw(1, 2, 5, "")),
            new Row("H37 DATA on a stream that was never opened", raw(0, 9, 0, "x")),
            new Row("H37 RST_STREAM on a stream that was never opened", raw(3, 9, 0, "\0\0\0\0")),
            new Row("H37 SETTINGS of a wrong length", raw(4, 0, 0, "12345")),
            new Row("H37 PING of a wrong length", raw(6, 0, 0, "1234567")),
            new Row("H37 padding beyond the HEADERS", raw(1, 3, 0xd, "z")),
            new Row("H37 a window of no bytes", raw(8, 0, 0, "\0\0\0\0")),
            new Row(
                "H37 padding beyond the DATA",
                (Consumer<RawHttp2>)
                    client -> {
                      client.request(3, get("/hang").method("POST"), false);
                      raw(0, 3, 8, "z").accept(client);
                    })));
  }

  private static Consumer<RawHttp2> continuations(String payload) {
    return once(
        (w, c) -> {
          w.writeFrame(c, (byte) 1, 3, new Http2Flags(), nothing(), c.newPromise());
          for (int i = 0; i < 1000; i++) {
            w.writeFrame(c, (byte) 9, 3, new Http2Flags(), RawHttp2.text(payload), c.newPromise());
          }
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fatal")
  void theConnectionEndsAndItsWorkIsCancelled(
      String name, Pair pair, Consumer<RawHttp2> hostility) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(
        arrival -> {
          if (arrival.path().equals("/healthy")) {
            arrival.answer(200, "ok");
          }
        });
    try (RawHttp2 client = pairs.http2(pair)) {
      hostility.accept(client);

      await("the end").until(() -> client.frames.contains("closed"));
      pairs.assertServes(pair);
    }
    await("nothing is worked on")
        .until(() -> upstream.arrivals().stream().noneMatch(Http2FloodTest::isOpen));
  }

  private static boolean isOpen(Arrival arrival) {
    return arrival.cut() == null && !Objects.equals(arrival.path(), "/healthy");
  }

  static Stream<Arguments> refused() {
    return Pair.times(
        Pair.fromHttp2(),
        List.of(new Row("H27 a bomb of table entries", bomb()), new Row("H27 crumbs", crumbs())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void tooMuchOfAHeadIs431OrTheEnd(String name, Pair pair, Http2Headers head) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, head, true);

      await("431 or the end")
          .until(
              () ->
                  client.frames.contains("3 headers 431 end") || client.frames.contains("closed"));
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  static Stream<Pair> fromHttp2() {
    return Pair.fromHttp2();
  }

  @ParameterizedTest(
      name = "H27 cookie crumbs within the limit arrive as one line or as they are, {0}")
  @MethodSource("fromHttp2")
  void h27Crumbs(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/crumbs").add("cookie", "a=b").add("cookie", "c=d"), true);
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
    }
    Arrival arrived = pairs.upstream(pair).arrival("/crumbs");
    assertThat(String.join("; ", arrived.headers("cookie"))).isEqualTo("a=b; c=d");
  }

  @ParameterizedTest(name = "H33 streams beyond the limit are refused, {0}")
  @MethodSource("fromHttp2")
  void h33(Pair pair) {
    int most = 1024;
    pairs.upstream(pair).onEnd(arrival -> {});
    try (RawHttp2 client = pairs.http2(pair)) {
      client.ignoreStreamLimit();
      client.write(
          (w, c) -> {
            for (int i = 0; i <= most; i++) {
              // Bodies that never come: no stream is over before its time.
              w.writeHeaders(c, 3 + 2 * i, get("/hang").method("POST"), 0, false, c.newPromise());
            }
          });
      String beyond = 3 + 2 * most + " reset 7";
      await("the refusal")
          .until(() -> client.frames.contains(beyond) || client.frames.contains("closed"));
      assertThat(client.frames).noneMatch(f -> f.endsWith(" reset 7") && !f.equals(beyond));
    }
  }

  @ParameterizedTest(name = "H25 a tiny limit of headers provokes no resets, {0}")
  @MethodSource("fromHttp2")
  void h25(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.write(
          (w, c) -> w.writeSettings(c, new Http2Settings().maxHeaderListSize(1), c.newPromise()));
      client.request(3, get("/"), true);

      // The limit is advice (RFC 9113, section 6.5.2): the answer goes out all the same.
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
      assertThat(client.frames).noneMatch(f -> f.startsWith("3 reset"));
    }
  }
}
