package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A malformed HTTP/2 request costs its stream; the endpoint hears nothing of it. */
class MalformedHttp2Test {
  private static final String LONG = "x".repeat(100);
  private static final Map<Pair, RawHttp2> shared = new EnumMap<>(Pair.class);
  private static final AtomicInteger streams = new AtomicInteger(3);
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  @AfterAll
  static void stop() {
    shared.values().forEach(RawHttp2::close);
  }

  /** A head that is well formed but for what is given; null takes a pseudo-header away. */
  private static Row row(String name, String... changed) {
    List<String> head =
        new ArrayList<>(
            List.of(":method", "GET", ":scheme", "http", ":authority", "a.test", ":path", "/bad"));
    for (int i = 0; i < changed.length; i += 2) {
      int known = head.indexOf(changed[i]);
      if (known < 0) {
        head.addAll(List.of(changed[i], changed[i + 1]));
      } else if (changed[i + 1] == null) {
        head.subList(known, known + 2).clear();
      } else {
        head.set(known + 1, changed[i + 1]);
      }
    }
    return new Row(name, (Object) head.toArray(String[]::new));
  }

  /** The same with these fields after all others, or before them. */
  private static Row added(String name, boolean first, String... fields) {
    List<String> head = new ArrayList<>(List.of((String[]) row(name).values()[0]));
    head.addAll(first ? 0 : head.size(), List.of(fields));
    return new Row(name, (Object) head.toArray(String[]::new));
  }

  static Stream<Arguments> heads() {
    return Pair.times(
        Pair.fromHttp2(),
        List.of(
            row("H34 no method", ":method", null),
            row("H34 empty method", ":method", ""),
            row("H34 no path", ":path", null),
            row("H34 empty path", ":path", ""),
            row("H34 no scheme", ":scheme", null),
            row("H34 another scheme", ":scheme", "gopher"),
            row("H34 no authority", ":authority", null),
            row("H34 empty authority", ":authority", ""),
            row("H34 status in a request", ":status", "200"),
            row("H34 unknown pseudo-header", ":proto", "x"),
            row("H34 protocol that was not offered", ":protocol", "websocket"),
            added("H34 two methods", false, ":method", "POST"),
            added("H34 two paths", false, ":path", "/b"),
            added("H34 two schemes", false, ":scheme", "https"),
            added("H34 two authorities", false, ":authority", "b.test"),
            added("H34 late pseudo-header", true, "a", "b"),
            row("H34 upper case", "X-Upper", "1"),
            row("H34 upper case of a known name", "Content-Length", "3"),
            row("H34 CONNECT with a path", ":method", "CONNECT"),
            row("H35 connection", "connection", "close"),
            row("H35 connection that nominates", "connection", "x-forwarded-for"),
            row("H35 keep-alive", "keep-alive", "1"),
            row("H35 proxy-connection", "proxy-connection", "keep-alive"),
            row("H35 upgrade", "upgrade", "h2c"),
            row("H35 te", "te", "gzip"),
            row("H35 te with more than trailers", "te", "trailers, gzip"),
            row("H41 transfer-encoding", "transfer-encoding", "chunked"),
            row("H41 transfer-encoding identity", "transfer-encoding", "identity"),
            row("H40 CR in a value", "a", "b\rc"),
            row("H40 LF in a value", "a", "b\nc: d"),
            row("H40 NUL in a value", "a", "b\0c"),
            row("H40 control in a value", "a", "b\u0001c"),
            row("H40 DEL in a value", "a", "b\u007f"),
            row("H40 colon in a name", "a:b", "c"),
            row("H40 colon at the end of a name", "a:", "c"),
            row("H40 blank in a name", "a b", "c"),
            row("H40 blank at the end of a name", "a ", "c"),
            row("H40 line end in a name", "a\r\nb", "c"),
            row("H40 NUL in a name", "a\0", "c"),
            row("H40 byte beyond ASCII in a name", "a\u00e4", "c"),
            row("H40 empty name", "", "c"),
            row("H40 line end in the path", ":path", "/a\r\nb"),
            row("H40 NUL in the path", ":path", "/a\0"),
            row("H40 byte beyond ASCII in the path", ":path", "/\u00e4"),
            row("H40 request in the path", ":path", "/a HTTP/1.1\r\nHost: b"),
            row("H40 blank in the method", ":method", "GET /x"),
            row("H40 line end in the method", ":method", "GET\r\n"),
            row("H40 line end in the authority", ":authority", "a\r\nb: c"),
            row("H42 host contradicts", "host", "other.test"),
            row("H42 host adds a port", "host", "a.test:80"),
            added("H42 two hosts", false, "host", "a.test", "host", "a.test"),
            row("H42 list of hosts", ":authority", "a.test,b.test"),
            row("H42 at sign", ":authority", "a@b.test"),
            row("H42 slash", ":authority", "a.test/x"),
            row("H42 empty port", ":authority", "a.test:"),
            row("H42 two dots", ":authority", "a.test.."),
            row("H43 no slash", ":path", "a"),
            row("H43 fragment", ":path", "/a#b"),
            row("H43 blank", ":path", "/a b"),
            row("H43 absolute", ":path", "http://b.test/"),
            row("H43 asterisk without OPTIONS", ":path", "*"),
            row("H44 blank before a value", "a", " b"),
            row("H44 tab after a value", "a", "b\t"),
            row("H44 blank before the length", "content-length", " 0"),
            row("H04 list of two lengths", "content-length", "0, 1"),
            added("H04 two lengths", false, "content-length", "0", "content-length", "1"),
            row("H05 negative length", "content-length", "-1"),
            row("H05 plus", "content-length", "+0"),
            row("H05 2^64+3", "content-length", "18446744073709551619"),
            row("H36 length without DATA", "content-length", "3")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("heads")
  void aMalformedHeadResetsItsStreamOnly(String name, Pair pair, String[] head) {
    // The rows of a pair share a connection, for none of them may cost it.
    RawHttp2 client = shared.computeIfAbsent(pair, pairs::http2);
    int bad = streams.addAndGet(4);
    client.head(bad, true, head);
    await("the reset").until(() -> client.frames.contains(bad + " reset 1"));
    client.request(bad + 2, get("/good"), true);

    await("the answer").until(() -> client.frames.contains(bad + 2 + " data ok end"));
    assertThat(client.frames).noneMatch(f -> f.startsWith("goaway"));
    client.frames.clear();
    assertThat(pairs.upstream(pair).paths()).containsExactly("/good");
    assertThat(pairs.mesh.telemetry.lines()).as("logged").anyMatch(l -> l.flags().equals("DPE"));
    pairs.mesh.telemetry.lines().clear();
  }

  static Stream<Arguments> bodies() {
    return Pair.times(
        Pair.fromHttp2(),
        List.of(
            new Row("H36 more DATA than announced", "3", "abcd", false),
            new Row("H36 more DATA than announced, at its end", "3", "abcd", true),
            new Row("H36 less DATA than announced", "3", "ab", true)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void aBodyOfAnotherLengthNeverLooksComplete(
      String name, Pair pair, String length, String body, boolean end) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/bad").method("POST").add("content-length", length), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text(body), 0, end, c.newPromise()));

      await("the reset").until(() -> client.frames.contains("3 reset 1"));
    }
    assertGivenUp(pair);
  }

  private static void assertGivenUp(Pair pair) {
    pairs.assertServes(pair);
    for (Arrival begun : pairs.upstream(pair).arrivals()) {
      if (begun.path().equals("/bad")) {
        await("the end of what was begun").until(() -> begun.cut() != null);
        assertThat(begun.complete()).isFalse();
      }
    }
  }

  static Stream<Arguments> trailers() {
    return Pair.times(
        Pair.fromHttp2(),
        List.of(
            new Row("H38 trailers without the end", false, new String[] {"a", "b"}),
            new Row("H34 pseudo-header in trailers", true, new String[] {":path", "/b"}),
            new Row("H34 status in trailers", true, new String[] {":status", "200"}),
            new Row("H34 upper case in trailers", true, new String[] {"A", "b"}),
            new Row("H35 connection in trailers", true, new String[] {"connection", "close"}),
            new Row("H40 line end in trailers", true, new String[] {"a", "b\r\nc"}),
            new Row("H40 blank in a trailer's name", true, new String[] {"a b", "c"}),
            new Row(
                "H41 transfer-encoding in trailers",
                true,
                new String[] {"transfer-encoding", "chunked"}),
            new Row("H44 padded trailer", true, new String[] {"a", " b"})));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("trailers")
  void malformedTrailersResetTheirStream(String name, Pair pair, boolean end, String[] fields) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/bad").method("POST"), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("abc"), 0, false, c.newPromise()));
      client.fields(3, end, fields);

      await("the reset").until(() -> client.frames.contains("3 reset 1"));
      client.request(5, get("/good"), true);
      await("the answer").until(() -> client.frames.contains("5 data ok end"));
    }
    assertGivenUp(pair);
  }

  static Stream<Pair> fromHttp2() {
    return Pair.fromHttp2();
  }

  @ParameterizedTest(name = "H14 framing and identity in trailers are dropped, {0}")
  @MethodSource("fromHttp2")
  void h14(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/trailers").method("POST"), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("a"), 0, false, c.newPromise()));
      client.fields(
          3,
          true,
          "content-length",
          "5",
          "host",
          "evil",
          "authorization",
          "x",
          "x-forwarded-client-cert",
          "y",
          "x-sum",
          "1");
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
    }
    Arrival arrived = pairs.upstream(pair).arrival("/trailers");
    assertThat(arrived.trailers()).containsExactly(Map.entry("x-sum", "1"));
    assertThat(arrived.body()).isEqualTo("a");
  }

  @ParameterizedTest(name = "H40 bytes beyond ASCII in a value pass as they are, {0}")
  @MethodSource("fromHttp2")
  void h40(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.head(
          3,
          true,
          ":method",
          "GET",
          ":scheme",
          "http",
          ":authority",
          "a.test",
          ":path",
          "/bytes",
          "x-bytes",
          "\u00c3\u00a4\u00ff");
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
    }
    assertThat(pairs.upstream(pair).arrival("/bytes").header("x-bytes"))
        .isEqualTo("\u00c3\u00a4\u00ff");
  }

  @ParameterizedTest(name = "H42 host that agrees with :authority arrives once, {0}")
  @MethodSource("fromHttp2")
  void h42(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/host").add("host", "A.test"), true);
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
    }
    Arrival arrived = pairs.upstream(pair).arrival("/host");
    assertThat(arrived.header(":authority")).isEqualTo("a.test");
    assertThat(arrived.headers("host")).hasSize(pair.up2 ? 0 : 1);
  }

  @ParameterizedTest(name = "H04 a length that is said twice arrives once, {0}")
  @MethodSource("fromHttp2")
  void h04(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      Http2Headers twice = get("/twice").method("POST");
      client.request(3, twice.add("content-length", "1").add("content-length", "1"), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("a"), 0, true, c.newPromise()));
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
    }
    assertThat(pairs.upstream(pair).arrival("/twice").header("content-length")).isEqualTo("1");
  }

  @ParameterizedTest(name = "H22 too many headers are answered with 431, {0}")
  @MethodSource("fromHttp2")
  void h22(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      Http2Headers many = get("/many");
      for (int i = 0; i < 101; i++) {
        many.add("a" + i, "b");
      }
      client.request(3, many, true);
      await("the answer").until(() -> client.frames.contains("3 headers 431 end"));
      Http2Headers large = get("/large");
      for (int i = 0; i < 61; i++) {
        large.add("a" + i, LONG.repeat(10));
      }
      client.request(5, large, true);
      await("the answer").until(() -> client.frames.contains("5 headers 431 end"));
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  @ParameterizedTest(name = "H16 a GET with a body is framed exactly, {0}")
  @MethodSource("fromHttp2")
  void h16(Pair pair) {
    String next = "GET /next HTTP/1.1\r\nhost: a.test\r\n\r\n";
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/body").addInt("content-length", next.length()), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text(next), 0, true, c.newPromise()));
      client.request(5, get("/stream"), false);
      client.write((w, c) -> w.writeData(c, 5, RawHttp2.text(next), 0, true, c.newPromise()));
      await("both answers")
          .until(
              () ->
                  client.frames.contains("3 data ok end")
                      && client.frames.contains("5 data ok end"));
    }
    assertThat(pairs.upstream(pair).paths()).containsExactlyInAnyOrder("/body", "/stream");
    assertThat(pairs.upstream(pair).arrivals()).allMatch(a -> a.body().equals(next));
  }

  @ParameterizedTest(name = "H17 an expectation that is none of ours is refused, {0}")
  @MethodSource("fromHttp2")
  void h17(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      String[][] expectations = {{"100-continue", "100-continue"}, {"200-ok"}, {"100-continue, x"}};
      for (int i = 0; i < expectations.length; i++) {
        Http2Headers head = get("/expects").method("POST");
        for (String value : expectations[i]) {
          head.add("expect", value);
        }
        int stream = 3 + 2 * i;
        client.request(stream, head, false);
        await("the answer").until(() -> client.frames.contains(stream + " headers 417 end"));
      }
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  @ParameterizedTest(name = "H17 an early final answer ends the endpoint's connection, {0}")
  @MethodSource("fromHttp2")
  void h17Early(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (arrival.path().equals("/expects")) {
            arrival.answer(413, "no");
          }
        });
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(
          3,
          get("/expects").method("POST").add("expect", "100-continue").addInt("content-length", 9),
          false);
      await("the answer").until(() -> client.frames.contains("3 headers 413"));
      Arrival refused = upstream.arrival("/expects");
      await("the end of the try").until(() -> refused.cut() != null);
      client.request(5, get("/later"), true);
      await("the next answer").until(() -> client.frames.contains("5 data ok end"));
      assertThat(refused.body()).isEmpty();
      if (!pair.up2) {
        assertThat(upstream.arrival("/later").connection).isNotEqualTo(refused.connection);
      }
    }
  }

  @ParameterizedTest(name = "H19 CONNECT is not served, {0}")
  @MethodSource("fromHttp2")
  void h19(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(
          3, new DefaultHttp2Headers(false).method("CONNECT").authority("a.test:80"), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("early"), 0, false, c.newPromise()));
      await("the answer").until(() -> client.frames.contains("3 headers 404 end"));
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  @ParameterizedTest(name = "H36 an upload that is cut short never looks complete, {0}")
  @MethodSource("fromHttp2")
  void anUploadThatIsCutShort(Pair pair) {
    for (boolean reset : new boolean[] {true, false}) {
      pairs.forget();
      try (RawHttp2 client = pairs.http2(pair)) {
        client.request(3, get("/cut").method("POST"), false);
        client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("abc"), 0, false, c.newPromise()));
        await("the body").until(() -> pairs.upstream(pair).arrival("/cut").body().equals("abc"));
        if (reset) {
          client.write((w, c) -> w.writeRstStream(c, 3, 8, c.newPromise()));
          await("the end").until(() -> pairs.upstream(pair).arrival("/cut").cut() != null);
        }
      }
      Arrival cut = pairs.upstream(pair).arrival("/cut");
      await("its end").until(() -> cut.cut() != null);
      assertThat(cut.complete()).isFalse();
    }
  }

  @ParameterizedTest(name = "H38 what was under way when a stream was reset is forgiven, {0}")
  @MethodSource("fromHttp2")
  void h38Forgiven(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/bad").method("POST").add("content-length", "3"), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("abcd"), 0, false, c.newPromise()));
      await("the reset").until(() -> client.frames.contains("3 reset 1"));
      client.write(
          (w, c) -> {
            w.writeData(c, 3, RawHttp2.text("more"), 0, false, c.newPromise());
            w.writeHeaders(c, 3, new DefaultHttp2Headers().add("a", "b"), 0, true, c.newPromise());
          });
      client.request(5, get("/good"), true);

      await("the answer").until(() -> client.frames.contains("5 data ok end"));
      assertThat(client.frames).noneMatch(f -> f.startsWith("goaway"));
    }
    assertGivenUp(pair);
  }

  @ParameterizedTest(name = "H38 DATA after the client's own reset reaches nobody, {0}")
  @MethodSource("fromHttp2")
  void h38AfterReset(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/bad").method("POST"), false);
      pairs.upstream(pair).arrival("/bad");
      client.write(
          (w, c) -> {
            w.writeRstStream(c, 3, 8, c.newPromise());
            w.writeData(c, 3, RawHttp2.text("late"), 0, true, c.newPromise());
          });

      await("the end").until(() -> client.frames.contains("closed"));
    }
    assertGivenUp(pair);
    assertThat(pairs.upstream(pair).arrival("/bad").body()).isEmpty();
  }

  @ParameterizedTest(name = "H38 a request on a stream that is over ends the connection, {0}")
  @MethodSource("fromHttp2")
  void h38Again(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, get("/once"), true);
      await("the answer").until(() -> client.frames.contains("3 data ok end"));
      client.write((w, c) -> w.writeHeaders(c, 3, get("/again"), 0, true, c.newPromise()));

      await("the end").until(() -> client.frames.contains("closed"));
      assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 5"));
    }
    pairs.assertServes(pair);
    assertThat(pairs.upstream(pair).paths()).containsExactly("/once", "/healthy");
  }

  static Http2Headers get(String path) {
    return new DefaultHttp2Headers(false)
        .method("GET")
        .scheme("http")
        .authority("a.test")
        .path(path);
  }
}
