package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RawHttp2;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H52 where the endpoint's clock is the first to notice: it cancels a call whose time is over, and
 * the caller, who is about to notice, must not be told that the endpoint was unavailable.
 */
class GrpcOutOfTimeTest {
  private static final int CANCEL = 8;
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  private static RawHttp2 call(Pair pair, String timeout) {
    RawHttp2 client = pairs.http2(pair);
    Http2Headers head =
        new DefaultHttp2Headers(false)
            .method("POST")
            .scheme(pair.mtls ? "https" : "http")
            .authority("a.test")
            .path("/a.B/C");
    head.add("content-type", "application/grpc").add("grpc-timeout", timeout);
    client.request(3, head, true);
    return client;
  }

  /** What the caller is told at last. */
  private static String end(RawHttp2 client) {
    await("the end of the call")
        .until(
            () -> client.frames.stream().anyMatch(f -> f.endsWith(" end") || f.contains("reset")));
    return client.frames.stream()
        .filter(f -> f.endsWith(" end") || f.contains("reset"))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#http2Only")
  void h52ACallCancelledOutOfTimeIsDeadlineExceeded(Pair pair) {
    pairs.upstream(pair).onEnd(arrival -> arrival.reset(CANCEL));
    assertThat(status(pair, "1n")).isEqualTo("4");
    assertThat(status(pair, "10S")).isEqualTo("14");
  }

  private static String status(Pair pair, String timeout) {
    return pairs
        .client(pair)
        .call(
            pairs.port(pair),
            HttpMethod.POST,
            "/a.B/C",
            Map.of("content-type", "application/grpc", "grpc-timeout", timeout),
            "")
        .header("grpc-status");
  }

  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#http2Only")
  void h52AStreamCancelledOutOfTimeIsCancelled(Pair pair) {
    pairs
        .upstream(pair)
        .onEnd(
            arrival -> {
              arrival.head(200, "content-type", "application/grpc");
              arrival.data("first", false);
              arrival.reset(CANCEL);
            });
    try (RawHttp2 late = call(pair, "1n");
        RawHttp2 early = call(pair, "10S")) {
      assertThat(end(late)).isEqualTo("3 reset 8");
      assertThat(end(early)).isEqualTo("3 reset 2");
    }
  }
}
