package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.RawHttp2;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameWriter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Endpoints on HTTP/2 that answer wrongly: clients get a 502, or a cut, never a clean end. */
class MalformedAnswersHttp2Test {
  private static final Map<Pair, RawHttp2> endpoints = new EnumMap<>(Pair.class);
  private static final AtomicInteger paths = new AtomicInteger();
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  @BeforeAll
  static void start() {
    for (Pair pair : Pair.toHttp2().toList()) {
      RawHttp2 endpoint =
          RawHttp2.server(pairs.mesh.outside, new Http2Settings(), pairs.endpoint(pair));
      endpoints.put(pair, endpoint);
      pairs.direct(pair, endpoint.port());
    }
  }

  @AfterAll
  static void stop() {
    endpoints.values().forEach(RawHttp2::close);
  }

  private static Future<Reply> ask(Pair pair, String path) {
    return pairs.client(pair).start(pairs.port(pair), HttpMethod.GET, path, Map.of(), null);
  }

  /** The stream on which this path was asked for, once it is. */
  private static int stream(RawHttp2 endpoint, String path) {
    String end = " headers " + path + " end";
    await(path).until(() -> endpoint.frames.stream().anyMatch(f -> f.endsWith(end)));
    Optional<String> frame = endpoint.frames.stream().filter(f -> f.endsWith(end)).findFirst();
    return Integer.parseInt(frame.orElseThrow().replace(end, ""));
  }

  private static boolean failed(Future<Reply> reply) {
    return Client.await(reply.transform(r -> Future.succeededFuture(r.failed())));
  }

  private static Http2Headers ok() {
    return new DefaultHttp2Headers(false).status("200");
  }

  private static void assertServes(Pair pair) {
    RawHttp2 endpoint = endpoints.get(pair);
    String path = "/good" + paths.incrementAndGet();
    Future<Reply> good = ask(pair, path);
    int stream = stream(endpoint, path);
    endpoint.answer(stream, ok(), "good");
    assertThat(Client.await(good).body()).isEqualTo("good");
  }

  private static Row row(String name, String... fields) {
    return new Row(name, true, fields);
  }

  static Stream<Arguments> heads() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            row("H21 no status", "a", "b"),
            row("H21 empty status", ":status", ""),
            row("H21 two digits", ":status", "20"),
            row("H21 four digits", ":status", "2000"),
            row("H21 099", ":status", "099"),
            row("H21 600", ":status", "600"),
            row("H21 letters", ":status", "2xx"),
            row("H21 padded status", ":status", " 200"),
            row("H21 101", ":status", "101"),
            row("H21 two statuses", ":status", "200", ":status", "404"),
            row("H21 late status", "a", "b", ":status", "200"),
            row("H21 path in an answer", ":status", "200", ":path", "/x"),
            row("H21 unknown pseudo-header", ":status", "200", ":x", "y"),
            row("H21 upper case", ":status", "200", "A", "b"),
            row("H21 connection", ":status", "200", "connection", "close"),
            row("H21 transfer-encoding", ":status", "200", "transfer-encoding", "chunked"),
            row("H21 upgrade", ":status", "200", "upgrade", "h2c"),
            row("H21 line end in a value", ":status", "200", "a", "b\r\nc: d"),
            row("H21 NUL in a value", ":status", "200", "a", "b\0"),
            row("H21 blank in a name", ":status", "200", "a b", "c"),
            row("H21 colon in a name", ":status", "200", "a:b", "c"),
            row("H21 empty name", ":status", "200", "", "c"),
            row("H21 padded value", ":status", "200", "a", " b"),
            row("H21 two lengths", ":status", "200", "content-length", "0", "content-length", "1"),
            row("H21 negative length", ":status", "200", "content-length", "-1"),
            row("H21 2^64+3", ":status", "200", "content-length", "18446744073709551619"),
            row("H21 length without DATA", ":status", "200", "content-length", "3"),
            row("H21 interim answer that ends", ":status", "103"),
            new Row(
                "H21 length that is no number",
                false,
                new String[] {":status", "200", "content-length", "a"})));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("heads")
  void aMalformedHeadIs502AndResetsItsStreamOnly(
      String name, Pair pair, boolean end, String[] fields) {
    RawHttp2 endpoint = endpoints.get(pair);
    String path = "/bad" + paths.incrementAndGet();
    Future<Reply> reply = ask(pair, path);
    int stream = stream(endpoint, path);
    endpoint.fields(stream, end, fields);

    assertThat(Client.await(reply).status()).isEqualTo(502);
    await("the reset").until(() -> endpoint.frames.contains(stream + " reset 1"));
    assertThat(pairs.mesh.telemetry.lines().getLast().flags()).isEqualTo("UPE");
    assertThat(endpoint.frames).doesNotContain("closed");
    assertServes(pair);
    endpoint.frames.clear();
  }

  private static Row frames(String name, BiConsumer<RawHttp2, Integer> send) {
    return new Row(name, send);
  }

  private static ByteBuf bytes(int count) {
    return Unpooled.wrappedBuffer(new byte[count]);
  }

  private static void raw(RawHttp2 peer, int type, int stream, int flags, ByteBuf payload) {
    peer.write(
        (w, c) ->
            w.writeFrame(
                c, (byte) type, stream, new Http2Flags((short) flags), payload, c.newPromise()));
  }

  static Stream<Arguments> frames() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            frames(
                "H21 endless interim answers",
                (p, s) ->
                    times(
                        p,
                        17,
                        (w, c) ->
                            w.writeHeaders(
                                c,
                                s,
                                new DefaultHttp2Headers().status("103"),
                                0,
                                false,
                                c.newPromise()))),
            frames(
                "H21 DATA before HEADERS",
                (p, s) -> p.write((w, c) -> w.writeData(c, s, bytes(3), 0, false, c.newPromise()))),
            frames(
                "H21 DATA that ends before HEADERS",
                (p, s) -> p.write((w, c) -> w.writeData(c, s, bytes(0), 0, true, c.newPromise()))),
            frames(
                "H21 an answer on a stream nobody opened",
                (p, s) -> p.fields(s + 2, true, ":status", "200")),
            frames(
                "H21 an answer on an even stream", (p, s) -> p.fields(2, true, ":status", "200")),
            frames("H21 DATA on stream 0", (p, s) -> raw(p, 0, 0, 0, bytes(3))),
            frames("H21 HEADERS on stream 0", (p, s) -> p.fields(0, true, ":status", "200")),
            frames("H21 padding beyond the frame", (p, s) -> raw(p, 0, s, 8, RawHttp2.text("z"))),
            frames(
                "H21 bytes that are no HPACK",
                (p, s) -> raw(p, 1, s, 5, RawHttp2.text("\u007f\u007f\u007f"))),
            frames("H21 a header list that is too large", (p, s) -> large(p, s)),
            frames(
                "H21 a push that was forbidden",
                (p, s) -> p.write((w, c) -> w.writePushPromise(c, s, 2, ok(), 0, c.newPromise()))),
            frames(
                "H21 a reset of a stream nobody opened",
                (p, s) -> p.write((w, c) -> w.writeRstStream(c, s + 2, 8, c.newPromise()))),
            frames(
                "H21 a window that overflows",
                (p, s) ->
                    p.write(
                        (w, c) -> w.writeWindowUpdate(c, 0, Integer.MAX_VALUE, c.newPromise()))),
            frames("H21 SETTINGS of a wrong length", (p, s) -> raw(p, 4, 0, 0, bytes(5))),
            frames("H21 a PING of a wrong length", (p, s) -> raw(p, 6, 0, 0, bytes(7))),
            frames("H26 a flood of CONTINUATION", (p, s) -> continuations(p, s)),
            frames(
                "H28 a flood of PING",
                (p, s) -> times(p, 3000, (w, c) -> w.writePing(c, false, 1, c.newPromise()))),
            frames(
                "H28 a flood of SETTINGS",
                (p, s) ->
                    times(
                        p,
                        3000,
                        (w, c) -> w.writeSettings(c, new Http2Settings(), c.newPromise()))),
            frames(
                "H30 a flood of PRIORITY",
                (p, s) ->
                    times(
                        p,
                        3000,
                        (w, c) -> w.writePriority(c, s, 0, (short) 16, false, c.newPromise()))),
            frames(
                "H29 a flood of unknown frames",
                (p, s) ->
                    times(
                        p,
                        3000,
                        (w, c) ->
                            w.writeFrame(
                                c, (byte) 0x42, s, new Http2Flags(), bytes(0), c.newPromise()))),
            frames(
                "H31 a flood of WINDOW_UPDATE",
                (p, s) -> times(p, 3000, (w, c) -> w.writeWindowUpdate(c, 0, 1, c.newPromise())))));
  }

  /** The proxy gave up the stream, or the connection. */
  private static void assertEndedBy(RawHttp2 endpoint, int stream) {
    await("a reset or the end")
        .until(
            () ->
                endpoint.frames.stream()
                    .anyMatch(f -> f.startsWith(stream + " reset") || f.equals("closed")));
  }

  private static void times(
      RawHttp2 peer, int times, BiConsumer<Http2FrameWriter, ChannelHandlerContext> write) {
    peer.write(
        (w, c) -> {
          for (int i = 0; i < times; i++) {
            write.accept(w, c);
          }
        });
  }

  private static void large(RawHttp2 peer, int stream) {
    Http2Headers head = ok();
    for (int i = 0; i < 70; i++) {
      head.add("a" + i, "x".repeat(1000));
    }
    peer.write((w, c) -> w.writeHeaders(c, stream, head, 0, true, c.newPromise()));
  }

  private static void continuations(RawHttp2 peer, int stream) {
    peer.write(
        (w, c) -> {
          w.writeFrame(c, (byte) 1, stream, new Http2Flags(), bytes(0), c.newPromise());
          for (int i = 0; i < 1000; i++) {
            w.writeFrame(c, (byte) 9, stream, new Http2Flags(), bytes(0), c.newPromise());
          }
        });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("frames")
  void aFrameThatCannotBeIs502(String name, Pair pair, BiConsumer<RawHttp2, Integer> send) {
    RawHttp2 endpoint = endpoints.get(pair);
    String path = "/frame" + paths.incrementAndGet();
    Future<Reply> reply = ask(pair, path);
    int stream = stream(endpoint, path);
    send.accept(endpoint, stream);

    assertThat(Client.await(reply).status()).isEqualTo(502);
    assertThat(pairs.mesh.telemetry.lines().getLast().flags()).isEqualTo("UPE");
    assertEndedBy(endpoint, stream);
    assertServes(pair);
    endpoint.frames.clear();
  }

  static Stream<Arguments> broken() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            frames("H21 trailers without the end", (p, s) -> p.fields(s, false, "a", "b")),
            frames("H21 status in trailers", (p, s) -> p.fields(s, true, ":status", "200")),
            frames("H21 upper case in trailers", (p, s) -> p.fields(s, true, "A", "b")),
            frames("H21 line end in trailers", (p, s) -> p.fields(s, true, "a", "b\nc")),
            frames(
                "H21 more DATA than announced",
                (p, s) -> p.write((w, c) -> w.writeData(c, s, bytes(9), 0, true, c.newPromise()))),
            frames(
                "H21 less DATA than announced",
                (p, s) -> p.write((w, c) -> w.writeData(c, s, bytes(1), 0, true, c.newPromise()))),
            frames(
                "H21 an empty end before the length",
                (p, s) -> p.write((w, c) -> w.writeData(c, s, bytes(0), 0, true, c.newPromise()))),
            frames("H21 trailers before the length", (p, s) -> p.fields(s, true, "a", "b")),
            frames(
                "H21 a flood of empty DATA",
                (p, s) ->
                    times(p, 100, (w, c) -> w.writeData(c, s, bytes(0), 0, false, c.newPromise()))),
            frames("H21 the connection breaks", (p, s) -> raw(p, 0, 0, 0, bytes(3)))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void aBodyThatBreaksOffNeverLooksComplete(
      String name, Pair pair, BiConsumer<RawHttp2, Integer> send) {
    RawHttp2 endpoint = endpoints.get(pair);
    String path = "/broken" + paths.incrementAndGet();
    Future<Reply> reply = ask(pair, path);
    int stream = stream(endpoint, path);
    endpoint.write(
        (w, c) -> {
          w.writeHeaders(c, stream, ok().add("content-length", "9"), 0, false, c.newPromise());
          w.writeData(c, stream, RawHttp2.text("abc"), 0, false, c.newPromise());
        });
    send.accept(endpoint, stream);

    assertThat(failed(reply)).as("no clean end").isTrue();
    assertEndedBy(endpoint, stream);
    assertServes(pair);
    endpoint.frames.clear();
  }

  static Stream<Arguments> resets() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            new Row("H21 a reset without an error", 0),
            new Row("H21 a reset as cancelled", 8),
            new Row("H21 a reset with a code that is none", 0x4242)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("resets")
  void aResetInTheMiddleNeverLooksComplete(String name, Pair pair, int code) {
    RawHttp2 endpoint = endpoints.get(pair);
    String path = "/reset" + paths.incrementAndGet();
    Future<Reply> reply = ask(pair, path);
    int stream = stream(endpoint, path);
    endpoint.write(
        (w, c) -> {
          w.writeHeaders(c, stream, ok(), 0, false, c.newPromise());
          w.writeData(c, stream, RawHttp2.text("abc"), 0, false, c.newPromise());
          w.writeRstStream(c, stream, code, c.newPromise());
        });

    assertThat(failed(reply)).as("no clean end").isTrue();
    assertServes(pair);
  }

  @ParameterizedTest(name = "H21 DATA in the answer to HEAD reaches nobody, {0}")
  @MethodSource("toHttp2")
  void h21Head(Pair pair) {
    RawHttp2 endpoint = endpoints.get(pair);
    Future<Reply> reply =
        pairs.client(pair).start(pairs.port(pair), HttpMethod.HEAD, "/head", Map.of(), null);
    int stream = stream(endpoint, "/head");
    endpoint.write(
        (w, c) -> {
          w.writeHeaders(c, stream, ok().add("content-length", "4"), 0, false, c.newPromise());
          w.writeData(c, stream, RawHttp2.text("evil"), 0, true, c.newPromise());
        });

    await("the reset").until(() -> endpoint.frames.contains(stream + " reset 1"));
    Reply answered = Client.await(reply);
    assertThat(answered.status()).isEqualTo(502);
    assertThat(answered.body()).isEmpty();
    // Over HTTP/1.1 on the same connection.
    assertServes(pair);
  }

  static Stream<Arguments> bodiless() {
    return Pair.times(
        Pair.toHttp2(),
        List.of(
            new Row("H21 an answer to HEAD whose end comes later", HttpMethod.HEAD, "200", "4"),
            new Row("H21 a 304 whose end comes later", HttpMethod.GET, "304", "4")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodiless")
  void anAnswerWithoutContentMayEndLater(
      String name, Pair pair, HttpMethod method, String status, String length) {
    RawHttp2 endpoint = endpoints.get(pair);
    endpoint.frames.clear();
    String path = "/bodiless" + paths.incrementAndGet();
    Future<Reply> reply = pairs.client(pair).start(pairs.port(pair), method, path, Map.of(), null);
    int stream = stream(endpoint, path);
    Http2Headers head = ok().status(status).add("content-length", length);
    endpoint.write((w, c) -> w.writeHeaders(c, stream, head, 0, false, c.newPromise()));
    endpoint.write(
        (w, c) -> w.writeData(c, stream, Unpooled.EMPTY_BUFFER, 9, true, c.newPromise()));

    Reply answered = Client.await(reply);
    assertThat(answered.status()).hasToString(status);
    assertThat(answered.header("content-length")).isEqualTo(length);
    assertThat(answered.body()).isEmpty();
    assertServes(pair);
    assertThat(endpoint.frames).noneMatch(f -> f.contains(" reset "));
  }

  static Stream<Pair> toHttp2() {
    return Pair.toHttp2();
  }

  @ParameterizedTest(name = "H21 DATA after an answer is nobody's, {0}")
  @MethodSource("toHttp2")
  void h21Surplus(Pair pair) {
    RawHttp2 endpoint = endpoints.get(pair);
    Future<Reply> reply = ask(pair, "/surplus");
    int stream = stream(endpoint, "/surplus");
    endpoint.answer(stream, ok(), "ok");
    endpoint.write(
        (w, c) -> {
          w.writeData(c, stream, RawHttp2.text("evil"), 0, true, c.newPromise());
          w.writeHeaders(c, stream, ok(), 0, true, c.newPromise());
        });
    assertThat(Client.await(reply).body()).isEqualTo("ok");
    assertServes(pair);
  }

  @ParameterizedTest(name = "H14 framing in an answer's trailers is dropped, {0}")
  @MethodSource("toHttp2")
  void h14(Pair pair) {
    RawHttp2 endpoint = endpoints.get(pair);
    Future<Reply> reply = ask(pair, "/trailers");
    int stream = stream(endpoint, "/trailers");
    endpoint.write(
        (w, c) -> {
          w.writeHeaders(c, stream, ok(), 0, false, c.newPromise());
          w.writeData(c, stream, RawHttp2.text("ok"), 0, false, c.newPromise());
        });
    endpoint.fields(stream, true, "content-length", "9", "set-cookie", "a=b", "x-sum", "1");
    Reply answered = Client.await(reply);
    assertThat(answered.body()).isEqualTo("ok");
    assertThat(answered.trailers().names()).containsExactly("x-sum");
  }
}
