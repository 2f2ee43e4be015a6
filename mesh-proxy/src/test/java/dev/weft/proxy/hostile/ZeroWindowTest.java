package dev.weft.proxy.hostile;

import static dev.weft.proxy.hostile.MalformedHttp2Test.get;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.wire.LeakWatch;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import io.netty.handler.codec.http2.Http2Settings;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that asks for much and takes nothing holds up nobody else, and not for long. */
@ExtendWith(LeakWatch.class)
class ZeroWindowTest {
  private static final int STREAMS = 100;

  /** Longer than a hundred handshakes take where tests share a processor. */
  private static final Duration IDLE = Duration.ofSeconds(6);

  /** The bound of the wait until the last stream was idle for so long. */
  private static final Duration ALL_IDLE = IDLE.multipliedBy(5);

  private static final String LARGE = "x".repeat(1 << 20);
  private static PairMesh pairs;

  @BeforeAll
  static void start() {
    pairs =
        new PairMesh(
            manager ->
                HttpConnectionManagerBuilder.builder(manager).streamIdleTimeout(IDLE).build());
  }

  @AfterAll
  static void stop() {
    pairs.close();
  }

  @BeforeEach
  void forget() {
    pairs.forget();
  }

  static Stream<Pair> fromHttp2() {
    return Pair.fromHttp2();
  }

  @ParameterizedTest(name = "H32 100 large responses to a window of zero, {0}")
  @MethodSource("fromHttp2")
  void h32(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(a -> a.answer(200, a.path().equals("/large") ? LARGE : "ok"));
    Http2Settings zero = new Http2Settings().pushEnabled(false).initialWindowSize(0);
    try (RawHttp2 client =
        RawHttp2.client(pairs.mesh.outside, pairs.port(pair), pairs.caller(pair), zero)) {
      await("SETTINGS").until(() -> client.frames.contains("settings"));
      for (int i = 0; i < STREAMS; i++) {
        client.request(3 + 2 * i, get("/large"), true);
      }
      await("the heads").until(() -> heads(client) == STREAMS);

      // On either event loop, some of them where the stalled streams are.
      for (int i = 0; i < 5; i++) {
        try (RawHttp2 other = pairs.http2(pair)) {
          other.request(3, get("/other"), true);
          await("the answer to others").until(() -> other.frames.contains("3 data ok end"));
        }
      }
      assertThat(client.frames).as("stalled, not cut").noneMatch(f -> f.contains(" reset "));

      // Its credit brings others what they waited for: they are idle from then on.
      await("the idle timeout").atMost(ALL_IDLE).until(() -> resets(client) == STREAMS);
      // Over HTTP/1.1 that is the end of its connection, over HTTP/2 a reset.
      await("the endpoint is told")
          .until(() -> pair.up2 ? told(upstream) == STREAMS : upstream.openConnections() < STREAMS);
    }
  }

  private static long told(RecordingUpstream upstream) {
    return upstream.arrivals().stream().filter(a -> "reset 8".equals(a.cut())).count();
  }

  private static long heads(RawHttp2 client) {
    return client.frames.stream().filter(f -> f.endsWith(" headers 200")).count();
  }

  private static long resets(RawHttp2 client) {
    return client.frames.stream().filter(f -> f.contains(" reset ")).count();
  }
}
