package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.http;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.UpstreamTls;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two sidecars and what is between them: mutual TLS, chains by server name, identities. */
class MutualTlsTest {
  private static final String CART = "spiffe://weft.local/ns/shop/sa/cart";
  private static final String GRPC = "grpc.cart.shop.weft.local";
  private static final String WEB = "web.cart.shop.weft.local";

  private final TestCa ca = new TestCa("mesh root");
  private final Mesh server = new Mesh();
  private final Mesh client = new Mesh();

  @BeforeEach
  void identify() {
    Tls.identify(server.secrets, ca.workload("shop", "cart"), ca);
    Tls.identify(client.secrets, ca.workload("shop", "storefront"), ca);
    Backend application = Backend.named(server.outside, "application");
    server.apply(
        new ProxyConfig(
            List.of(
                listener(
                    "inbound",
                    List.of(
                        chain(
                            "grpc",
                            ChainMatch.serverNames(List.of(GRPC)),
                            Tls.downstream("h2"),
                            manager("grpc", "routes")),
                        chain(
                            "web",
                            ChainMatch.serverNames(List.of(WEB)),
                            Tls.downstream("http/1.1"),
                            manager("web", "routes"))),
                    null)),
            Map.of("routes", all("inbound/app")),
            List.of(cluster("inbound/app", UpstreamProtocol.HTTP1, application.port()))));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  private void connect(UpstreamTls tls, UpstreamProtocol protocol) {
    client.apply(
        config(
            List.of(http("in", "routes")),
            all("cart"),
            new ClusterConfig(
                cluster("cart", protocol, tls, Thresholds.DEFAULTS, null),
                endpoints("cart", server.port("inbound")))));
  }

  @Test
  void theServerNameChoosesTheChainAndBothProveWhoTheyAre() {
    connect(Tls.upstream(CART, GRPC, "h2"), UpstreamProtocol.HTTP2);
    assertThat(client.h1.get(client.port(), "/").body()).isEqualTo("application");
    assertThat(server.telemetry.calls("http/grpc/requestStarted")).isEqualTo(1);
    await().until(() -> !server.telemetry.lines().isEmpty());
    assertThat(server.telemetry.lines().getFirst().peer())
        .isEqualTo("spiffe://weft.local/ns/shop/sa/storefront");
    connect(Tls.upstream(CART, WEB, "http/1.1"), UpstreamProtocol.HTTP1);
    assertThat(client.h2.get(client.port(), "/").body()).isEqualTo("application");
    assertThat(server.telemetry.calls("http/web/requestStarted")).isEqualTo(1);
  }

  @Test
  void anotherNameIsRefused() {
    connect(Tls.upstream(CART, "grpc.other.shop.weft.local", "h2"), UpstreamProtocol.HTTP2);
    assertThat(client.h1.get(client.port(), "/").status()).isEqualTo(503);
    assertThat(server.telemetry.calls("listener/127.0.0.1_0/noFilterChainMatch")).isEqualTo(1);
  }

  @Test
  void anEndpointThatIsSomebodyElseIsNotSpokenTo() {
    connect(
        Tls.upstream("spiffe://weft.local/ns/shop/sa/ledger", GRPC, "h2"), UpstreamProtocol.HTTP2);
    assertThat(client.h1.get(client.port(), "/").status()).isEqualTo(503);
    assertThat(server.telemetry.calls("http/grpc/requestStarted")).isZero();
  }

  private Future<Client.Reply> call(Client from) {
    RequestOptions options =
        new RequestOptions()
            .setServer(SocketAddress.inetSocketAddress(server.port("inbound"), "127.0.0.1"))
            .setHost(GRPC)
            .setPort(443)
            .setMethod(HttpMethod.GET)
            .setURI("/");
    return from.http()
        .request(options)
        .compose(request -> request.send())
        .compose(
            response ->
                response
                    .body()
                    .map(
                        body ->
                            new Client.Reply(
                                response.statusCode(), response.headers(), body.toString(), null)));
  }

  @Test
  void aClientWithItsCertificateIsServed() {
    Client known =
        new Client(client.outside, Tls.client(HttpVersion.HTTP_2, ca.workload("shop", "web"), ca));
    assertThat(Client.await(call(known)).body()).isEqualTo("application");
  }

  @Test
  void aClientWithoutACertificateOrWithAForeignOneIsRefused() {
    Client anonymous = new Client(client.outside, Tls.client(HttpVersion.HTTP_2, null, ca));
    TestCa foreign = new TestCa("mesh root");
    Client stranger =
        new Client(
            client.outside, Tls.client(HttpVersion.HTTP_2, foreign.workload("shop", "web"), ca));
    for (Client refused : List.of(anonymous, stranger)) {
      Future<Client.Reply> reply = call(refused);
      await().until(reply::isComplete);
      assertThat(reply.failed()).isTrue();
    }
    await().until(() -> server.telemetry.calls("listener/127.0.0.1_0/handshakeFailed") >= 2);
    assertThat(server.telemetry.calls("http/grpc/requestStarted")).isZero();
  }

  @Test
  void plaintextIsRefused() {
    Future<Client.Reply> reply =
        client.h1.start(server.port("inbound"), HttpMethod.GET, "/", Map.of(), null);
    await().until(reply::isComplete);
    assertThat(reply.failed()).isTrue();
    assertThat(server.telemetry.calls("listener/127.0.0.1_0/noFilterChainMatch")).isEqualTo(1);
  }

  @Test
  void aRenewedCertificateFailsNoRequest() {
    connect(Tls.upstream(CART, GRPC, "h2"), UpstreamProtocol.HTTP2);
    for (int i = 0; i < 2; i++) {
      Tls.identify(server.secrets, ca.workload("shop", "cart"), ca);
      Tls.identify(client.secrets, ca.workload("shop", "storefront"), ca);
      assertThat(client.h2.get(client.port(), "/").status()).isEqualTo(200);
    }
  }

  @Test
  void plaintextConnectionsEndWhenTheirChainIsTakenAway() {
    Backend application = Backend.named(server.outside, "application");
    var strict =
        chain(
            "grpc",
            ChainMatch.serverNames(List.of(GRPC)),
            Tls.downstream("h2"),
            manager("grpc", "routes"));
    var plaintext = chain("plain", ChainMatch.ANY, null, manager("plain", "routes"));
    var app = cluster("inbound/app", UpstreamProtocol.HTTP1, application.port());
    server.apply(
        config(List.of(listener("in", List.of(strict), plaintext)), all("inbound/app"), app));
    int port = server.port();
    assertThat(client.h2.get(port, "/").body()).isEqualTo("application");
    assertThat(server.path.connections()).isEqualTo(1);
    server.apply(config(List.of(listener("in", List.of(strict), null)), all("inbound/app"), app));
    assertThat(server.port()).isEqualTo(port);
    await().until(() -> server.path.connections() == 0);
    Future<Client.Reply> refused = client.h2.start(port, HttpMethod.GET, "/", Map.of(), null);
    await().until(refused::isComplete);
    assertThat(refused.failed()).isTrue();
  }
}
