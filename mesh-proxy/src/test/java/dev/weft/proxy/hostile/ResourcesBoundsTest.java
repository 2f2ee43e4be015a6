package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.wire.LeakWatch;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.UpgradeConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H78, H79: what a client can make the proxy keep, or compute, has a bound. */
@ExtendWith(LeakWatch.class)
class ResourcesBoundsTest {
  private static PairMesh pairs;

  @BeforeAll
  static void start() {
    pairs = new PairMesh(ResourcesBoundsTest::upgrades, ResourcesBoundsTest::routes);
  }

  private static HttpConnectionManager upgrades(HttpConnectionManager manager) {
    return manager.withUpgrades(UpgradeConfig.WEBSOCKET);
  }

  /** An expression that backtracking would try in more ways than there is time, and retries. */
  private static RouteConfig routes(RouteConfig all) {
    var forward = (RouteAction.Forward) all.virtualHosts().getFirst().routes().getFirst().action();
    String cluster = ((ClusterTarget.Single) forward.target()).cluster();
    return Configs.routes(
        Configs.route(
            new RouteMatch(new PathMatch.Regex("/((a+)+)+b"), List.of(), List.of(), false, null),
            new RouteAction.DirectResponse(403, "denied")),
        Configs.route(
            RouteMatch.prefix("/"),
            Configs.forward(cluster, Duration.ofSeconds(15), Configs.retry(3, RetryOn.FIVE_XX))));
  }

  @AfterAll
  static void stop() {
    pairs.close();
  }

  @BeforeEach
  void forget() {
    pairs.forget();
  }

  @ParameterizedTest(name = "H78 {0}")
  @EnumSource
  void h78ABodyOverTheBoundIsSentOnce(Pair pair) {
    pairs.upstream(pair).onEnd(arrival -> arrival.answer(503, "no"));
    Client client = pairs.client(pair);

    assertThat(client.post(pairs.port(pair), "/small", "x".repeat(1000)).status()).isEqualTo(503);
    assertThat(pairs.upstream(pair).paths()).hasSize(4);
    pairs.upstream(pair).arrivals().clear();
    assertThat(client.post(pairs.port(pair), "/large", "x".repeat(200_000)).status())
        .isEqualTo(503);
    assertThat(pairs.upstream(pair).paths()).hasSize(1);
    assertThat(pairs.upstream(pair).arrival("/large").body()).hasSize(200_000);
  }

  @ParameterizedTest(name = "H79 {0}")
  @EnumSource
  void h79AnExpressionTakesNoExponentialTime(Pair pair) throws IOException {
    try (Knock knock = new Knock(pairs)) {
      assertThat(knock.get(pair, "/" + "a".repeat(1000) + "b")).isEqualTo("403");
      assertThat(knock.get(pair, "/" + "a".repeat(4000))).isEqualTo("200");
    }
  }

  static Stream<Pair> http1Only() {
    return Stream.of(Pair.H1_TO_H1, Pair.H1_TO_H1_MTLS);
  }

  @ParameterizedTest(name = "H79 {0}")
  @MethodSource("http1Only")
  void h79AFloodOfAWebSocketWaitsForItsReader(Pair pair) throws IOException {
    String piece = "x".repeat(64 * 1024);
    int pieces = 512;
    try (RawServer server = new RawServer(pairs.endpoint(pair));
        RawClient client = pairs.http1(pair)) {
      pairs.direct(pair, server.port());
      client.send(
          "GET /chat HTTP/1.1\r\nhost: a.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
              + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
      RawClient endpoint = server.accept();
      endpoint.readUntil("\r\n\r\n");
      endpoint.send(
          "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
              + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
      client.readUntil("\r\n\r\n");
      AtomicInteger written = new AtomicInteger();
      Thread flood =
          Thread.ofVirtual()
              .start(
                  () -> {
                    try {
                      while (written.get() < pieces) {
                        client.send(piece);
                        written.incrementAndGet();
                      }
                    } catch (IOException e) {
                      written.set(-1);
                    }
                  });
      int[] seen = {-1};
      Awaitility.await("a flood that waits")
          .pollInterval(Duration.ofMillis(20))
          .during(Duration.ofMillis(200))
          .until(() -> seen[0] == (seen[0] = written.get()) && seen[0] > 0);
      assertThat(seen[0]).isLessThan(pieces * 3 / 4);
      long received = 0;
      while (received < (long) pieces * piece.length()) {
        received += endpoint.read();
      }
      await("the end of the flood").until(() -> !flood.isAlive());
      assertThat(written).hasValue(pieces);
      endpoint.close();
    } finally {
      pairs.redirect(pair);
    }
  }
}
