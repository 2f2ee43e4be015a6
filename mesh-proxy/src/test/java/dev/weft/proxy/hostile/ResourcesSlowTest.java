package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H76: clients that send or read slowly are cut on time. Nothing but the idle time of a stream is
 * set, as it is by default (only shorter): whatever has no time of its own is held to it.
 */
class ResourcesSlowTest {
  private static final Duration IDLE = Duration.ofMillis(800);
  private static final int LARGE = 16 * 1024 * 1024;

  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(ResourcesSlowTest::impatient, ResourcesSlowTest::withLargeHead);

  @BeforeAll
  static void start() {
    // Connections to endpoints are there: what is measured is not how long they take.
    Pair.all().forEach(pairs::assertServes);
  }

  private static HttpConnectionManager impatient(HttpConnectionManager manager) {
    return HttpConnectionManagerBuilder.builder(manager).streamIdleTimeout(IDLE).build();
  }

  /** One route answers by itself, with a head that compression does not make smaller. */
  private static RouteConfig withLargeHead(RouteConfig all) {
    HeaderMutations.HeaderValue part =
        new HeaderMutations.HeaderValue(
            "authorization", "x".repeat(500), HeaderMutations.Append.APPEND_IF_EXISTS_OR_ADD);
    HeaderMutations large =
        new HeaderMutations(List.of(), List.of(), Collections.nCopies(16, part), List.of());
    return Configs.routes(
        new Route(
            "", RouteMatch.prefix("/large-head"), new RouteAction.DirectResponse(200, ""), large),
        all.virtualHosts().getFirst().routes().getFirst());
  }

  private static Http2Headers head(Pair pair, String method, String path) {
    return new DefaultHttp2Headers(false)
        .method(method)
        .scheme(pair.mtls ? "https" : "http")
        .authority("a.test")
        .path(path);
  }

  @ParameterizedTest(name = "H76 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void h76AHeadThatDoesNotEndIsCut(Pair pair) throws IOException {
    try (RawClient client = pairs.http1(pair)) {
      client.send("GET / HTTP/1.1\r\nhost: a.te");

      assertThat(client.readToEnd()).startsWith("HTTP/1.1 408 ");
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  @ParameterizedTest(name = "H76 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h76AHeaderBlockThatDoesNotEndIsCut(Pair pair) {
    try (RawHttp2 client = pairs.http2(pair)) {
      // A whole request beside it, so that the connection is not idle, and drops of the other.
      pairs.upstream(pair).onEnd(arrival -> {});
      client.request(3, head(pair, "GET", "/held"), true);
      pairs.upstream(pair).arrival("/held");
      client.write(
          (w, c) ->
              w.writeFrame(
                  c, (byte) 1, 5, new Http2Flags(), Unpooled.EMPTY_BUFFER, c.newPromise()));
      Awaitility.await("the end of the connection")
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                client.write(
                    (w, c) ->
                        w.writeFrame(
                            c,
                            (byte) 9,
                            5,
                            new Http2Flags(),
                            Unpooled.EMPTY_BUFFER,
                            c.newPromise()));
                return client.frames.contains("closed");
              });
      assertThat(client.frames).anyMatch(f -> f.startsWith("goaway ") && f.endsWith(" 11"));
    }
  }

  @Test
  @Through
  void h76ABodyThatStopsIsCut() throws IOException {
    Map<Pair, AutoCloseable> clients = new EnumMap<>(Pair.class);
    for (Pair pair : Pair.values()) {
      if (pair.down2) {
        RawHttp2 client = pairs.http2(pair);
        clients.put(pair, client);
        client.request(3, head(pair, "POST", "/slow"), false);
        client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("x"), 0, false, c.newPromise()));
      } else {
        RawClient client = pairs.http1(pair);
        clients.put(pair, client);
        client.send("POST /slow HTTP/1.1\r\nhost: a.test\r\ncontent-length: 9\r\n\r\nx");
      }
    }
    for (Pair pair : Pair.values()) {
      if (clients.get(pair) instanceof RawHttp2 client) {
        await("an answer").until(() -> client.frames.contains("3 headers 408"));
        client.close();
      } else if (clients.get(pair) instanceof RawClient client) {
        assertThat(client.readUntil("\r\n")).startsWith("HTTP/1.1 408 ");
        client.close();
      }
      Arrival arrived = pairs.upstream(pair).arrival("/slow");
      await("the end upstream").until(() -> arrived.cut() != null);
      assertThat(arrived.complete()).isFalse();
    }
    assertThat(pairs.mesh.telemetry.lines()).extracting(Line::flags).containsOnly("SI");
  }

  @Test
  @Through
  void h76AnAnswerThatIsNotReadIsCut() throws Exception {
    int before = pairs.mesh.path.connections();
    Map<Pair, AutoCloseable> clients = new EnumMap<>(Pair.class);
    for (Pair pair : Pair.values()) {
      pairs
          .upstream(pair)
          .onEnd(
              arrival -> {
                arrival.head(200);
                arrival.data("x".repeat(LARGE), false);
              });
      if (pair.down2) {
        Http2Settings none = new Http2Settings().pushEnabled(false).initialWindowSize(0);
        RawHttp2 client =
            RawHttp2.client(pairs.mesh.outside, pairs.port(pair), pairs.caller(pair), none);
        clients.put(pair, client);
        await("SETTINGS").until(() -> client.frames.contains("settings"));
        client.request(3, head(pair, "GET", "/large"), true);
      } else {
        RawClient client = pairs.http1(pair);
        clients.put(pair, client);
        client.send("GET /large HTTP/1.1\r\nhost: a.test\r\n\r\n");
      }
    }
    for (Pair pair : Pair.values()) {
      Arrival arrived = pairs.upstream(pair).arrival("/large");
      await("the end upstream").until(() -> arrived.cut() != null);
      if (clients.get(pair) instanceof RawHttp2 client) {
        await("the end of the stream").until(() -> client.frames.contains("3 reset 2"));
        client.close();
      }
    }
    assertThat(pairs.mesh.telemetry.lines()).extracting(Line::flags).containsOnly("SI");
    // Whoever reads nothing at all does not keep its connection either.
    await("the ends of the connections").until(() -> pairs.mesh.path.connections() <= before);
    for (AutoCloseable client : clients.values()) {
      client.close();
    }
  }

  @ParameterizedTest(name = "H76 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void h76AnEarlyAnswerIsReadToItsEndHoweverSlowly(Pair pair) throws IOException {
    int bytes = 150_000;
    pairs.upstream(pair).onHead(arrival -> arrival.answer(200, "x".repeat(bytes)));
    try (RawClient client = RawClient.slow(pairs.caller(pair), pairs.port(pair), "http/1.1")) {
      client.send("POST /early HTTP/1.1\r\nhost: a.test\r\ncontent-length: 999999\r\n\r\n");
      await("the answer, on its way").until(() -> pairs.mesh.telemetry.lines().size() == 1);
      // So much of a request that was answered is taken, and then the connection ends.
      client.send("y".repeat(300_000));

      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
      assertThat(client.readToEnd()).hasSize(bytes);
    }
  }

  @ParameterizedTest(name = "H76 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#http2Only")
  void h76WhoeverAsksOnAndReadsNothingIsNotListenedTo(Pair pair) throws IOException {
    int batches = 20;
    int each = 50;
    try (RawClient client = RawClient.slow(pairs.caller(pair), pairs.port(pair), "h2")) {
      client.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
      int before = started(pair);
      for (int i = 0; i < batches; i++) {
        StringBuilder frames = new StringBuilder();
        for (int stream = 1 + 2 * i * each; stream < 1 + 2 * (i + 1) * each; stream += 2) {
          frames.append(headers(pair, stream));
        }
        client.send(frames.toString());
        int[] seen = {-1};
        Awaitility.await("a proxy that has read what it reads")
            .pollInterval(Duration.ofMillis(20))
            .during(Duration.ofMillis(40))
            .until(() -> seen[0] == (seen[0] = started(pair)));
      }
      assertThat(started(pair) - before).isBetween(1, batches * each * 3 / 4);
      while (started(pair) - before < batches * each) {
        assertThat(client.read()).as("bytes of answers").isPositive();
      }
    }
  }

  /** A GET in one frame, without compression. */
  private static String headers(Pair pair, int stream) {
    String scheme = pair.mtls ? "\u0087" : "\u0086";
    String block = "\u0082" + scheme + "\1\6a.test" + "\4\u000b/large-head";
    return "\0\0"
        + (char) block.length()
        + "\1\5\0\0"
        + (char) (stream >> 8)
        + (char) (stream & 0xff)
        + block;
  }

  private static int started(Pair pair) {
    return pairs.mesh.telemetry.calls("http/" + pair.name() + "/requestStarted");
  }
}
