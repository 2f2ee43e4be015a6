package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.UpgradeConfig;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** H78, H79: what a client can make the proxy keep, or compute, has a bound. */
class ResourcesBoundsTest {
  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(ResourcesBoundsTest::upgrades, ResourcesBoundsTest::routes);

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

  private static final int PIECE = 64 * 1024;
  private static final int PIECES = 512;

  /** Sends without end, as far as it is let. */
  private interface Flood extends AutoCloseable {
    /** How many pieces have gone. */
    int sent();

    @Override
    void close() throws IOException;
  }

  /** Reads nothing until it is told to. */
  private interface Reader extends AutoCloseable {
    /** Grants the WebSocket. */
    void grant() throws IOException;

    /** Reads all of it; how many bytes that were. */
    long read() throws IOException;

    @Override
    void close() throws IOException;
  }

  private static Reader reader(Pair pair) throws IOException {
    if (!pair.up2) {
      RawServer server = new RawServer(pairs.endpoint(pair));
      pairs.direct(pair, server.port());
      return new Reader() {
        private RawClient endpoint;

        @Override
        public void grant() throws IOException {
          endpoint = server.accept();
          endpoint.readUntil("\r\n\r\n");
          endpoint.send(
              "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                  + "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        }

        @Override
        public long read() throws IOException {
          long received = 0;
          while (received < (long) PIECES * PIECE) {
            received += endpoint.read();
          }
          return received;
        }

        @Override
        public void close() throws IOException {
          endpoint.close();
          server.close();
        }
      };
    }
    Http2Settings settings = new Http2Settings().initialWindowSize(0).connectProtocolEnabled(true);
    RawHttp2 endpoint = RawHttp2.server(pairs.mesh.outside, settings, pairs.endpoint(pair));
    pairs.direct(pair, endpoint.port());
    return new Reader() {
      @Override
      public void grant() {
        await("the request").until(() -> endpoint.frames.contains("3 headers /chat"));
        endpoint.request(3, new DefaultHttp2Headers().status("200"), false);
      }

      @Override
      public long read() {
        endpoint.allow(3, PIECES * PIECE);
        await("all of it").until(() -> received() >= (long) PIECES * PIECE);
        return received();
      }

      private long received() {
        return endpoint.frames.stream()
            .filter(f -> f.startsWith("3 data "))
            .mapToLong(f -> f.length() - "3 data ".length())
            .sum();
      }

      @Override
      public void close() {
        endpoint.close();
      }
    };
  }

  private static Flood flood(Pair pair, Reader reader) throws IOException {
    AtomicInteger sent = new AtomicInteger();
    if (pair.down2) {
      RawHttp2 client = pairs.http2(pair);
      client.request(
          3,
          new DefaultHttp2Headers(false)
              .method("CONNECT")
              .scheme(pair.mtls ? "https" : "http")
              .path("/chat")
              .authority("a.test")
              .set(":protocol", "websocket"),
          false);
      reader.grant();
      await("the grant").until(() -> client.frames.contains("3 headers 200"));
      client.flood(3, "x".repeat(PIECE), PIECES, sent);
      return new Flood() {
        @Override
        public int sent() {
          return sent.get();
        }

        @Override
        public void close() {
          client.close();
        }
      };
    }
    RawClient client = pairs.http1(pair);
    client.send(
        "GET /chat HTTP/1.1\r\nhost: a.test\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
            + "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    reader.grant();
    client.readUntil("\r\n\r\n");
    String piece = "x".repeat(PIECE);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (sent.get() < PIECES) {
                  client.send(piece);
                  sent.incrementAndGet();
                }
              } catch (IOException e) {
                sent.set(-1);
              }
            });
    return new Flood() {
      @Override
      public int sent() {
        return sent.get();
      }

      @Override
      public void close() throws IOException {
        client.close();
      }
    };
  }

  @ParameterizedTest(name = "H79 {0}")
  @EnumSource
  void h79AFloodOfAWebSocketWaitsForItsReader(Pair pair) throws IOException {
    try (Reader reader = reader(pair);
        Flood flood = flood(pair, reader)) {
      int[] seen = {-1};
      Awaitility.await("a flood that waits")
          .pollInterval(Duration.ofMillis(20))
          .during(Duration.ofMillis(200))
          .until(() -> seen[0] == (seen[0] = flood.sent()) && seen[0] > 0);
      assertThat(seen[0]).isLessThan(PIECES * 3 / 4);
      assertThat(reader.read()).isEqualTo((long) PIECES * PIECE);
      await("the end of the flood").until(() -> flood.sent() == PIECES);
    } finally {
      pairs.redirect(pair);
    }
  }
}
