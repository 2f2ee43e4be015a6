package dev.weft.proxy.check;

import static dev.weft.proxy.check.Checked.NEVER;
import static dev.weft.proxy.check.Checked.OFTEN;
import static dev.weft.proxy.check.Checked.cluster;
import static dev.weft.proxy.check.Checked.every;
import static dev.weft.proxy.check.Checked.http;
import static dev.weft.proxy.check.Checked.to;
import static dev.weft.proxy.check.Checked.well;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Statuses;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.UpstreamTls;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What endpoints are asked over each protocol, and which answers are good. */
class ProbeTest {
  private static final String CART = "spiffe://weft.local/ns/shop/sa/cart";
  private static final String SERVING = "\0\0\0\0\2\b\1";
  private static final String NOT_SERVING = "\0\0\0\0\2\b\2";

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  /** Whether an endpoint that answers so is well by its first check. */
  private boolean isWell(HealthCheck.Http probe, Consumer<Arrival> answer) {
    try (RecordingUpstream endpoint = endpoint(false, null, answer);
        Mesh fresh = new Mesh()) {
      fresh.apply(to(cluster(UpstreamProtocol.HTTP1, null, every(NEVER, probe)), endpoint.port()));
      return well(fresh) == 1;
    }
  }

  private RecordingUpstream endpoint(boolean http2, TlsPeer tls, Consumer<Arrival> answer) {
    return new RecordingUpstream(mesh.outside, http2, tls).onEnd(answer);
  }

  private static HealthCheck.Http with(
      List<Statuses> expected, List<String> receive, StringMatch service) {
    return new HealthCheck.Http(
        "GET", "", "/", List.of(), List.of(), "", receive, 4, expected, List.of(), false, service);
  }

  @Test
  void statusesBodyAndServiceDecide() {
    List<Statuses> good = List.of(new Statuses(200, 201), new Statuses(300, 310));
    List<String> bytes = List.of("6f", "6b");
    assertThat(isWell(with(good, List.of(), null), a -> a.answer(309, ""))).isTrue();
    assertThat(isWell(with(good, List.of(), null), a -> a.answer(310, ""))).isFalse();
    assertThat(isWell(with(good, bytes, null), a -> a.answer(200, "-ok"))).isTrue();
    assertThat(isWell(with(good, bytes, null), a -> a.answer(200, "ko"))).isFalse();
    assertThat(isWell(with(good, bytes, null), a -> a.answer(200, "---ok"))).isFalse();
    StringMatch cart = new StringMatch.Prefix("cart", false);
    assertThat(
            isWell(
                with(good, List.of(), cart),
                a ->
                    a.headOnly(
                        200,
                        "x-envoy-upstream-healthchecked-cluster",
                        "cart-1",
                        "content-length",
                        "0")))
        .isTrue();
    assertThat(isWell(with(good, List.of(), cart), a -> a.answer(200, "ok"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRequestHasTheHeadersAndTheBodyItIsGiven(boolean http2) {
    HealthCheck.Http probe =
        new HealthCheck.Http(
            "POST",
            "host.test",
            "/health?deep",
            List.of(
                new HeaderValue("x-one", "50%%", Append.APPEND_IF_EXISTS_OR_ADD),
                new HeaderValue("user-agent", "mine", Append.OVERWRITE_IF_EXISTS)),
            List.of("x-two"),
            "6869",
            List.of(),
            1024,
            List.of(new Statuses(200, 201)),
            List.of(),
            http2,
            null);
    try (RecordingUpstream endpoint = endpoint(http2, null, a -> a.answer(200, "ok"))) {
      mesh.apply(to(cluster(UpstreamProtocol.HTTP1, null, every(NEVER, probe)), endpoint.port()));
      assertThat(well(mesh)).isEqualTo(1);
      Arrival check = endpoint.arrivals().getFirst();
      assertThat(check.method()).isEqualTo("POST");
      assertThat(check.path()).isEqualTo("/health?deep");
      assertThat(check.header(":authority")).isEqualTo("host.test");
      assertThat(check.header("x-one")).isEqualTo("50%");
      assertThat(check.header("user-agent")).isEqualTo("mine");
      assertThat(check.header("content-length")).isEqualTo("2");
      assertThat(check.body()).isEqualTo("hi");
    }
  }

  @Test
  void retriableStatusesCountTowardsTheThreshold() {
    HealthCheck.Http plain = http();
    HealthCheck.Http probe =
        new HealthCheck.Http(
            plain.method(),
            "",
            plain.path(),
            List.of(),
            List.of(),
            "",
            List.of(),
            1024,
            plain.expected(),
            List.of(new Statuses(500, 600)),
            false,
            null);
    try (RecordingUpstream endpoint = endpoint(false, null, a -> a.answer(200, "ok"))) {
      mesh.apply(to(cluster(UpstreamProtocol.HTTP1, null, every(OFTEN, probe)), endpoint.port()));
      endpoint.onEnd(
          a -> {
            // one failure between two successes, again and again
            boolean fails = endpoint.arrivals().size() % 2 == 0;
            a.answer(fails ? 500 : 200, "");
          });
      int before = endpoint.arrivals().size();
      await("some failures").until(() -> endpoint.arrivals().size() > before + 10);
      assertThat(well(mesh)).isEqualTo(1);
      endpoint.onEnd(a -> a.answer(500, ""));
      await("two failures in a row").until(() -> well(mesh) == 0);
    }
  }

  @Test
  void gRpcAsksForTheService() {
    try (RecordingUpstream endpoint = endpoint(true, null, a -> grpc(a, SERVING, "0"))) {
      HealthCheck.Grpc probe =
          new HealthCheck.Grpc(
              "cart",
              "auth.test",
              List.of(new HeaderValue("x-one", "1", Append.APPEND_IF_EXISTS_OR_ADD)));
      mesh.apply(to(cluster(UpstreamProtocol.HTTP2, null, every(OFTEN, probe)), endpoint.port()));
      assertThat(well(mesh)).isEqualTo(1);
      Arrival check = endpoint.arrivals().getFirst();
      assertThat(check.method()).isEqualTo("POST");
      assertThat(check.path()).isEqualTo("/grpc.health.v1.Health/Check");
      assertThat(check.header(":authority")).isEqualTo("auth.test");
      assertThat(check.header("content-type")).isEqualTo("application/grpc");
      assertThat(check.header("te")).isEqualTo("trailers");
      assertThat(check.header("x-one")).isEqualTo("1");
      assertThat(check.body()).isEqualTo("\0\0\0\0\6\n\4cart");
      for (Consumer<Arrival> wrong :
          List.<Consumer<Arrival>>of(
              a -> grpc(a, NOT_SERVING, "0"),
              a -> grpc(a, SERVING, "2"),
              a -> grpc(a, SERVING + SERVING, "0"),
              a -> grpc(a, "\0\0\0\0\2\b", "0"),
              a -> a.headOnly(200, "content-type", "application/grpc", "grpc-status", "12"),
              a -> a.answer(200, SERVING))) {
        endpoint.onEnd(wrong);
        await("it to be out").until(() -> well(mesh) == 0);
        endpoint.onEnd(a -> grpc(a, SERVING, "0"));
        await("it to be back").until(() -> well(mesh) == 1);
      }
      assertThat(endpoint.connections()).isEqualTo(1);
    }
  }

  private static void grpc(Arrival arrival, String message, String status) {
    arrival.head(200, "content-type", "application/grpc");
    arrival.data(message, false);
    arrival.trailers("grpc-status", status);
  }

  @Test
  void tcpSendsAndWaitsForBytesInTheirOrder() throws Exception {
    try (RawServer server = new RawServer()) {
      HealthCheck.Tcp probe =
          new HealthCheck.Tcp("70696e67", List.of("706f", "6721")); // ping; po, g!
      CompletableFuture<?> applied =
          mesh.path
              .apply(to(cluster(UpstreamProtocol.HTTP1, null, every(OFTEN, probe)), server.port()))
              .toCompletableFuture();
      RawClient connection = server.accept();
      assertThat(connection.readUntil("ping")).isEqualTo("ping");
      assertThat(applied).isNotDone();
      connection.send("-po");
      connection.send("ng!");
      applied.join();
      assertThat(well(mesh)).isEqualTo(1);
      assertThat(connection.readUntil("ping")).as("the same connection").isEqualTo("ping");
      connection.close();
      RawClient next = server.accept();
      next.readUntil("ping");
      next.close();
      await("two failures").until(() -> well(mesh) == 0);
    }
  }

  @Test
  void aConnectionIsEnoughWhereNothingIsWaitedFor() throws Exception {
    try (RawServer server = new RawServer()) {
      mesh.apply(
          to(
              cluster(
                  UpstreamProtocol.HTTP1, null, every(NEVER, new HealthCheck.Tcp("", List.of()))),
              server.port()));
      assertThat(well(mesh)).isEqualTo(1);
      assertThat(server.accept().readToEnd()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void checksSpeakTheClustersTls(boolean http2) {
    TestCa ca = new TestCa("mesh root");
    Tls.identify(mesh.secrets, ca.workload("shop", "storefront"), ca);
    TlsPeer cart = new TlsPeer(ca.workload("shop", "cart"), ca);
    try (RecordingUpstream endpoint = endpoint(http2, cart, a -> a.answer(200, "ok"))) {
      UpstreamTls right = Tls.upstream(CART, "cart.test");
      // the cluster speaks what it wants to; checks have a protocol of their own
      mesh.apply(
          to(cluster(UpstreamProtocol.AUTO, right, every(NEVER, http(http2))), endpoint.port()));
      assertThat(well(mesh)).isEqualTo(1);
      assertThat(endpoint.paths()).containsExactly("/health");
      UpstreamTls wrong = Tls.upstream("spiffe://weft.local/ns/shop/sa/other", "cart.test");
      mesh.apply(
          to(cluster(UpstreamProtocol.AUTO, wrong, every(NEVER, http(http2))), endpoint.port()));
      await("somebody else not to be well").until(() -> well(mesh) == 0);
      assertThat(endpoint.paths()).containsExactly("/health");
    }
  }

  @Test
  void namesOfAnyLengthAreWritten() {
    byte[] question = GrpcProbe.question("x".repeat(300));
    assertThat(question).hasSize(5 + 3 + 300).startsWith(0, 0, 0, 1, 47, 10, 0xac, 2);
    assertThat(GrpcProbe.isServing(SERVING.getBytes(StandardCharsets.ISO_8859_1))).isTrue();
  }
}
