package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.proxy.testkit.RecordingUpstream;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An endpoint gives its final answer while the request is still being sent, and then says that it
 * wants no more of it (RFC 9113, section 8.1). The client gets the answer whole, may finish or
 * stop, and neither the connection nor anything that was buffered suffers from it.
 */
class EarlyAnswerTest {
  private static final int NO_ERROR = 0;
  private static final String ANSWER = "too much";
  private static final int FIRST = 1000;
  private static final int PIECE = 16_000;

  @RegisterExtension static final PairMesh pairs = new PairMesh();

  /** How the endpoint goes on once it has answered. */
  private enum Then {
    /** It leaves the rest of the request unread. */
    NOTHING,
    /** It says that it does. */
    RESET
  }

  static Stream<Arguments> fromHttp2() {
    return cases(Pair.fromHttp2());
  }

  static Stream<Arguments> fromHttp1() {
    return cases(Pair.fromHttp1());
  }

  /** An endpoint of HTTP/1.1 has nothing but the connection's end to say it with. */
  private static Stream<Arguments> cases(Stream<Pair> pairs) {
    return pairs.flatMap(
        pair ->
            Stream.of(Then.values())
                .filter(then -> pair.up2 || then == Then.NOTHING)
                .map(then -> Arguments.of(pair, then)));
  }

  /** Answers once the head and the first piece of the body are here. */
  private static void answerEarly(Pair pair, Then then) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (arrival.path().startsWith("/early")) {
            pairs.mesh.outside.setPeriodic(
                1,
                timer -> {
                  if (arrival.body().length() >= FIRST) {
                    pairs.mesh.outside.cancelTimer(timer);
                    arrival.answer(413, ANSWER);
                    if (then == Then.RESET) {
                      arrival.reset(NO_ERROR);
                    }
                  } else if (arrival.cut() != null) {
                    pairs.mesh.outside.cancelTimer(timer);
                  }
                });
          }
        });
  }

  private static void head(Pair pair, RawHttp2 client, int stream, String path) {
    String scheme = pair.mtls ? "https" : "http";
    client.head(
        stream, false, ":method", "POST", ":scheme", scheme, ":authority", "a.test", ":path", path);
  }

  private static void data(RawHttp2 client, int stream, int bytes, boolean end) {
    client.write(
        (w, c) -> w.writeData(c, stream, RawHttp2.text("x".repeat(bytes)), 0, end, c.newPromise()));
  }

  private static void awaitAnswer(RawHttp2 client, int stream) {
    await("the answer on " + stream)
        .until(() -> client.frames.stream().anyMatch(f -> f.matches(stream + " data .*end")));
    assertThat(client.frames)
        .contains(stream + " headers 413", stream + " data " + ANSWER + " end");
  }

  private static Line line() {
    await("the end of the exchange").until(() -> !pairs.mesh.telemetry.lines().isEmpty());
    return pairs.mesh.telemetry.lines().getFirst();
  }

  @ParameterizedTest(name = "{0}, then {1}")
  @MethodSource("fromHttp2")
  void anHttp2ClientMayFinish(Pair pair, Then then) {
    answerEarly(pair, then);
    try (RawHttp2 client = pairs.http2(pair)) {
      head(pair, client, 3, "/early");
      data(client, 3, FIRST, false);
      awaitAnswer(client, 3);
      assertThat(line().received()).isEqualTo(FIRST);
      assertThat(line().status()).isEqualTo(413);

      data(client, 3, PIECE, true);
      client.frames.removeIf(f -> f.startsWith("3 "));
      head(pair, client, 5, "/after");
      data(client, 5, 4, true);
      await("the next answer").until(() -> client.frames.contains("5 data ok end"));
      assertThat(client.frames).noneMatch(f -> f.startsWith("3 ") || f.startsWith("goaway"));
    }
    assertThat(pairs.upstream(pair).arrival("/early").body()).hasSize(FIRST);
    assertThat(pairs.upstream(pair).arrival("/after").body()).hasSize(4);
  }

  /** More than a connection's window in all: what nobody reads must be given back. */
  @ParameterizedTest(name = "{0}, then {1}")
  @MethodSource("fromHttp2")
  void whatNobodyReadsIsGivenBackToTheConnection(Pair pair, Then then) {
    int rounds = 40;
    answerEarly(pair, then);
    int before = pairs.upstream(pair).connections();
    try (RawHttp2 client = pairs.http2(pair)) {
      for (int i = 0; i < rounds; i++) {
        int stream = 3 + 2 * i;
        head(pair, client, stream, "/early/" + i);
        data(client, stream, FIRST, false);
        awaitAnswer(client, stream);
        for (int piece = 0; piece < 12; piece++) {
          data(client, stream, PIECE, false);
        }
        client.write((w, c) -> w.writeRstStream(c, stream, 8, c.newPromise()));
      }
      int last = 3 + 2 * rounds;
      head(pair, client, last, "/after");
      data(client, last, 4, true);
      await("the last answer").until(() -> client.frames.contains(last + " data ok end"));
      assertThat(client.frames).noneMatch(f -> f.equals("closed") || f.startsWith("goaway"));
    }
    if (pair.up2) {
      // The endpoint's connections serve on, too.
      assertThat(pairs.upstream(pair).connections() - before).isLessThanOrEqualTo(1);
    }
  }

  /** The endpoint gives no window: what has come waits here when the answer ends the request. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#http2Only")
  void whatWaitedForAWindowIsDropped(Pair pair) {
    try (RawHttp2 endpoint =
            RawHttp2.server(
                pairs.mesh.outside,
                new Http2Settings().initialWindowSize(0),
                pairs.endpoint(pair));
        RawHttp2 client = client(pair, endpoint)) {
      head(pair, client, 3, "/early");
      data(client, 3, PIECE, false);
      data(client, 3, PIECE, false);
      await("the request").until(() -> endpoint.frames.contains("3 headers /early"));
      endpoint.write(
          (w, c) -> {
            w.writeHeaders(c, 3, new DefaultHttp2Headers().status("413"), 0, false, c.newPromise());
            w.writeData(c, 3, RawHttp2.text(ANSWER), 0, true, c.newPromise());
            w.writeRstStream(c, 3, NO_ERROR, c.newPromise());
          });
      awaitAnswer(client, 3);
      assertThat(line().received()).isEqualTo(2L * PIECE);
      assertThat(endpoint.frames).noneMatch(f -> f.startsWith("3 data"));
    } finally {
      pairs.redirect(pair);
    }
  }

  private static RawHttp2 client(Pair pair, RawHttp2 endpoint) {
    pairs.direct(pair, endpoint.port());
    return pairs.http2(pair);
  }

  /** It cannot be told whether it will, so that it learns with the answer that no other follows. */
  @ParameterizedTest(name = "{0}, then {1}")
  @MethodSource("fromHttp1")
  void anHttp1ClientMayFinishAndNothingMore(Pair pair, Then then) throws IOException {
    answerEarly(pair, then);
    try (RawClient client = pairs.http1(pair)) {
      int length = FIRST + PIECE;
      client.send("POST /early HTTP/1.1\r\nhost: a.test\r\ncontent-length: " + length + "\r\n\r\n");
      client.send("x".repeat(FIRST));
      assertThat(client.readUntil(ANSWER))
          .startsWith("HTTP/1.1 413 ")
          .contains("\r\nconnection: close\r\n");
      assertThat(line().received()).isEqualTo(FIRST);

      client.send("x".repeat(PIECE) + "GET /after HTTP/1.1\r\nhost: a.test\r\n\r\n");
      assertThat(client.readToEnd()).isEmpty();
    }
    assertThat(pairs.upstream(pair).arrival("/early").body()).hasSize(FIRST);
    pairs.assertServes(pair);
    assertThat(pairs.upstream(pair).paths()).doesNotContain("/after");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void aRequestThatIsHereWholeKeepsItsConnection(Pair pair) throws IOException {
    String refused = "POST /%00 HTTP/1.1\r\nhost: a.test\r\n";
    try (RawClient client = pairs.http1(pair)) {
      client.send(refused + "content-length: 5\r\n\r\nhello");
      assertThat(client.readUntil("\r\n\r\n"))
          .startsWith("HTTP/1.1 400 ")
          .doesNotContain("connection:");

      client.send("GET /after HTTP/1.1\r\nhost: a.test\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).contains("HTTP/1.1 200 ");

      client.send(refused + "content-length: 6\r\n\r\nhello");
      assertThat(client.readUntil("\r\n\r\n"))
          .contains("HTTP/1.1 400 ", "\r\nconnection: close\r\n");
    }
  }

  @ParameterizedTest(name = "{0}, then {1}")
  @MethodSource("fromHttp1")
  void anHttp1ClientThatGoesOnForLongIsCutWithItsAnswer(Pair pair, Then then) throws IOException {
    answerEarly(pair, then);
    try (RawClient client = pairs.http1(pair)) {
      client.send("POST /early HTTP/1.1\r\nhost: a.test\r\ncontent-length: 10000000\r\n\r\n");
      client.send("x".repeat(FIRST));
      assertThat(client.readUntil(ANSWER)).startsWith("HTTP/1.1 413 ");
      client.send("x".repeat(300_000));
      assertThat(client.readToEnd()).isIn("", "<reset>");
    }
    assertThat(pairs.upstream(pair).arrival("/early").body()).hasSize(FIRST);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#toHttp1")
  void aConnectionWithHalfARequestIsNotUsedAgain(Pair pair) throws IOException {
    answerEarly(pair, Then.NOTHING);
    int before = pairs.upstream(pair).connections();
    for (int i = 0; i < 3; i++) {
      sendHalf(pair, "/early/" + i);
    }
    // The first may have found one that was idle.
    assertThat(pairs.upstream(pair).connections() - before).isBetween(2, 3);
    for (Arrival arrival : pairs.upstream(pair).arrivals()) {
      await("the end of its connection").until(() -> arrival.cut() != null);
    }
  }

  /**
   * Takes the answer to a request that never ends. Clients that are not made by hand may drop an
   * answer that comes together with the end of their connection (RFC 9112, section 9.6).
   */
  private static void sendHalf(Pair pair, String path) throws IOException {
    if (pair.down2) {
      try (RawHttp2 client = pairs.http2(pair)) {
        head(pair, client, 3, path);
        data(client, 3, FIRST, false);
        awaitAnswer(client, 3);
      }
    } else {
      try (RawClient client = pairs.http1(pair)) {
        int length = FIRST + PIECE;
        client.send("POST " + path + " HTTP/1.1\r\nhost: a.test\r\n");
        client.send("content-length: " + length + "\r\n\r\n" + "x".repeat(FIRST));
        assertThat(client.readUntil(ANSWER)).startsWith("HTTP/1.1 413 ");
      }
    }
  }
}
