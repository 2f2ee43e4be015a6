package dev.weft.proxy.hostile;

import static dev.weft.proxy.hostile.MalformedHttp2Test.get;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A peer that asks for much and takes nothing holds up nobody else, and not for long. */
@EnabledOnOs(OS.LINUX)
class ZeroWindowTest {
  private static final int STREAMS = 100;

  /** A hundred handshakes at once may take longer than one has. */
  private static final int AT_ONCE = 5;

  private static final int STREAM_WINDOW = 256 * 1024;
  private static final String LARGE = "x".repeat(3 * STREAM_WINDOW);

  /** Over HTTP/1.1 as much is read, and what one turn of the event loop brings. */
  private static final long MOST = 2 * STREAM_WINDOW;

  /** With leak detection on, 25 MiB may take long. */
  private static final Duration ALL_READ = Duration.ofSeconds(60);

  private static final Duration IDLE = Duration.ofSeconds(1);

  @RegisterExtension static final PairMesh pairs = new PairMesh();

  @RegisterExtension
  static final PairMesh hurried =
      new PairMesh(
          manager -> HttpConnectionManagerBuilder.builder(manager).streamIdleTimeout(IDLE).build());

  private static RawHttp2 client(PairMesh mesh, Pair pair) {
    Http2Settings zero = new Http2Settings().pushEnabled(false).initialWindowSize(0);
    RawHttp2 client = RawHttp2.client(mesh.mesh.outside, mesh.port(pair), mesh.caller(pair), zero);
    await("SETTINGS").until(() -> client.frames.contains("settings"));
    return client;
  }

  @ParameterizedTest(name = "H32 100 large responses to a window of zero, {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h32LittleIsTakenOfLargeAnswersAndOthersGoOn(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(
        a -> {
          switch (a.path()) {
            case "/large" -> a.answer(200, LARGE);
            case "/beside" -> a.head(200);
            default -> a.answer(200, "ok");
          }
        });
    int before = upstream.connections();
    try (RawHttp2 client = client(pairs, pair)) {
      client.request(3, get("/beside"), true);
      await("its head").until(() -> client.frames.contains("3 headers 200"));
      for (int i = 1; i <= STREAMS; i++) {
        client.request(3 + 2 * i, get("/large"), true);
        if (i % AT_ONCE == 0) {
          int heads = i + 1;
          await("the heads").atMost(ALL_READ).until(() -> heads(client) == heads);
        }
      }
      assertBounded(pair, upstream, before);

      client.allow(3, 1 << 20);
      upstream.arrival("/beside").data("y".repeat(100_000), true);
      await("the answer beside them").until(() -> received(client, 3) == 100_000);
      // On either event loop, some of them where the stalled streams are.
      for (int i = 0; i < 5; i++) {
        try (RawHttp2 other = pairs.http2(pair)) {
          other.request(3, get("/other"), true);
          await("the answer to others").until(() -> other.frames.contains("3 data ok end"));
        }
      }
      assertThat(client.frames).as("stalled, not cut").noneMatch(f -> f.contains(" reset "));
    }
    // Over HTTP/1.1 that is the end of its connection, over HTTP/2 a reset.
    await("the endpoint is told")
        .until(() -> pair.up2 ? told(upstream) == STREAMS : upstream.openConnections() < STREAMS);
    upstream.closeConnections();
    await("the window, given back").until(() -> pairs.mesh.path.windows().taken() == 0);
  }

  private static void assertBounded(Pair pair, RecordingUpstream upstream, int before) {
    if (pair.up2) {
      // All the streams may have, and one connection that has room for all of them.
      await("full windows")
          .atMost(ALL_READ)
          .until(() -> sent(upstream) == (long) STREAMS * STREAM_WINDOW);
      assertThat(upstream.connections() - before).isLessThanOrEqualTo(1);
      assertThat(pairs.mesh.path.windows().taken()).isGreaterThan(16L << 20);
    } else {
      long[] seen = {-1};
      Awaitility.await("endpoints that wait")
          .atMost(ALL_READ)
          .pollInterval(Duration.ofMillis(100))
          .during(Duration.ofMillis(300))
          .until(() -> seen[0] == (seen[0] = sent(upstream)));
    }
    assertThat(sent(upstream) - Sockets.unread(upstream.port()))
        .as("bytes that the proxy has read")
        .isBetween(1L, STREAMS * MOST);
  }

  @ParameterizedTest(name = "H32 stalled responses run out of time, {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h32StalledAnswersEndWithTheIdleTime(Pair pair) {
    RecordingUpstream upstream = hurried.upstream(pair);
    upstream.onEnd(a -> a.answer(200, "x".repeat(1000)));
    try (RawHttp2 client = client(hurried, pair)) {
      for (int i = 0; i < STREAMS; i++) {
        client.request(3 + 2 * i, get("/stalled"), true);
        if (i % AT_ONCE == 0) {
          int heads = i + 1;
          await("the heads").atMost(ALL_READ).until(() -> heads(client) == heads);
        }
      }
      await("the idle timeout").atMost(ALL_READ).until(() -> resets(client) == STREAMS);
    }
  }

  @ParameterizedTest(name = "H32 an upload beside stalled ones goes on, {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#http2Only")
  void h32AnUploadBesideStalledOnesGoesOn(Pair pair) {
    int stalled = 20;
    int bytes = 300_000;
    Http2Settings zero = new Http2Settings().initialWindowSize(0).maxConcurrentStreams(1000);
    try (RawHttp2 endpoint = RawHttp2.server(pairs.mesh.outside, zero, pairs.endpoint(pair));
        RawHttp2 client = pairs.direct(pair, endpoint.port()).http2(pair)) {
      AtomicInteger sent = new AtomicInteger();
      for (int i = 0; i < stalled; i++) {
        client.request(3 + 2 * i, get("/stalled").method("POST"), false);
        client.flood(3 + 2 * i, "x".repeat(bytes), 1, sent);
      }
      await("a window that holds them")
          .atMost(ALL_READ)
          .until(() -> pairs.mesh.path.windows().taken() > 4L << 20);

      int last = 3 + 2 * stalled;
      client.request(last, get("/beside").method("POST"), false);
      client.flood(last, "y".repeat(bytes), 1, sent);
      await("its head").until(() -> stream(endpoint, "/beside") > 0);
      int beside = stream(endpoint, "/beside");
      endpoint.allow(beside, 1 << 20);
      await("the upload beside them").until(() -> received(endpoint, beside) == bytes);
      assertThat(sent).as("uploads that have gone").hasValue(1);
    } finally {
      pairs.redirect(pair);
    }
    await("the window, given back").until(() -> pairs.mesh.path.windows().taken() == 0);
  }

  private static long sent(RecordingUpstream upstream) {
    return upstream.arrivals().stream().mapToLong(Arrival::sent).sum();
  }

  private static long told(RecordingUpstream upstream) {
    return upstream.arrivals().stream().filter(a -> "reset 8".equals(a.cut())).count();
  }

  /** The stream on which a request arrived; 0 if it has not. */
  private static int stream(RawHttp2 endpoint, String path) {
    return endpoint.frames.stream()
        .filter(f -> f.endsWith(" headers " + path))
        .mapToInt(f -> Integer.parseInt(f.substring(0, f.indexOf(' '))))
        .findFirst()
        .orElse(0);
  }

  private static long heads(RawHttp2 client) {
    return client.frames.stream().filter(f -> f.endsWith(" headers 200")).count();
  }

  private static long resets(RawHttp2 client) {
    return client.frames.stream().filter(f -> f.contains(" reset ")).count();
  }

  private static long received(RawHttp2 peer, int stream) {
    return peer.frames.stream()
        .filter(f -> f.startsWith(stream + " data "))
        .mapToLong(f -> f.chars().filter(c -> c == 'y').count())
        .sum();
  }
}
