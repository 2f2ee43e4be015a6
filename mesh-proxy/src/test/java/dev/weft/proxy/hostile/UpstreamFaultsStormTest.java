package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RetryPolicyBuilder;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteConfigBuilder;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.VirtualHostBuilder;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * H84: retries do not multiply from tier to tier while an endpoint answers nothing but 503, neither
 * where each tier has a small budget nor where tiers tell each other of retries.
 */
class UpstreamFaultsStormTest {
  private static final int TIERS = 3;
  private static final int CALLS = 240;
  private static final int AT_ONCE = 40;

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static final TestCa CA = new TestCa("mesh root");
  private static final TestCa.Issued APP = CA.workload("shop", "app");

  /** Each tier is the one before's endpoint. */
  @BeforeEach
  void identify() {
    Tls.identify(mesh.secrets, APP, CA);
  }

  private Client caller;

  private Client client(Pair pair) {
    if (!pair.mtls) {
      return pair.down2 ? mesh.h2 : mesh.h1;
    }
    HttpVersion version = pair.down2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    // Vert.x closes clients that nobody holds.
    caller = new Client(mesh.outside, Tls.client(version, CA.workload("shop", "caller"), CA));
    return caller;
  }

  private Backend backend(Pair pair, Handler<HttpServerRequest> handler) {
    HttpServerOptions options = pair.mtls ? Tls.server(APP, CA) : new HttpServerOptions();
    return Backend.start(mesh.outside, options, handler);
  }

  /** What a mesh has unless its policies say otherwise. */
  private static final Cluster.RetryBudget MESH = new Cluster.RetryBudget(15, 3);

  private static final Cluster.RetryBudget SMALL = new Cluster.RetryBudget(5, 0);

  /** Each tier is told to try three times more, within a budget. */
  private void chain(Pair pair, int endpoint, Cluster.RetryBudget budget, boolean oneLayer) {
    List<Listener> listeners = new ArrayList<>();
    Map<String, RouteConfig> routes = new HashMap<>();
    List<ClusterConfig> clusters = new ArrayList<>();
    int next = endpoint;
    for (int tier = TIERS; tier >= 1; tier--) {
      String name = "tier" + tier;
      DownstreamTls down = pair.mtls ? Tls.downstream("h2", "http/1.1") : null;
      UpstreamTls up =
          pair.mtls
              ? Tls.upstream(
                  "spiffe://weft.local/ns/shop/sa/app", "app.shop", pair.up2 ? "h2" : "http/1.1")
              : null;
      listeners.add(
          Configs.listener(
              name,
              List.of(),
              Configs.chain("", ChainMatch.ANY, down, Configs.manager(name, name))));
      routes.put(name, table(name, oneLayer));
      clusters.add(
          new ClusterConfig(
              Configs.cluster(
                  name,
                  pair.up2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1,
                  up,
                  new Cluster.Thresholds(1024, 1024, 1024, 3, budget),
                  null),
              Configs.endpoints(name, next)));
      mesh.apply(new ProxyConfig(listeners, routes, clusters));
      next = mesh.port(name);
    }
  }

  private static RouteConfig table(String cluster, boolean oneLayer) {
    if (!oneLayer) {
      return Configs.all(cluster, Configs.retry(3, RetryOn.FIVE_XX));
    }
    RetryPolicy retry =
        RetryPolicyBuilder.builder(Configs.retry(3, RetryOn.FIVE_XX))
            .backoffBase(Duration.ofMillis(25))
            .backoffMax(Duration.ofMillis(250))
            .build();
    RouteConfig table = Configs.all(cluster, retry);
    return RouteConfigBuilder.builder(table)
        .virtualHosts(
            table.virtualHosts().stream()
                .map(host -> VirtualHostBuilder.builder(host).oneLayer(true).build())
                .toList())
        .build();
  }

  /**
   * The tier before the endpoint retries, with the mesh's own budget; the others leave it to it.
   */
  @ParameterizedTest(name = "H84 {0}")
  @EnumSource
  void h84OneOfThreeTiersRetries(Pair pair) {
    AtomicInteger status = new AtomicInteger(200);
    Backend failing =
        backend(pair, request -> request.response().setStatusCode(status.get()).end());
    chain(pair, failing.port(), MESH, true);
    Client client = client(pair);
    callAll(client, status.get());
    assertThat(failing.requests()).isEqualTo(CALLS);

    status.set(503);
    callAll(client, status.get());

    assertThat(retries("tier1")).isZero();
    assertThat(retries("tier2")).isZero();
    assertThat(retries("tier3")).isPositive();
    assertThat(failing.requests() - CALLS).isBetween(CALLS + 1, CALLS * 12 / 10);
  }

  private int retries(String tier) {
    return mesh.telemetry.calls("cluster/" + tier + "/retry");
  }

  @ParameterizedTest(name = "H84 {0}")
  @EnumSource
  void h84WhatIsARetryAlreadyIsNotTriedAgain(Pair pair) {
    Backend failing = backend(pair, request -> request.response().setStatusCode(503).end());
    chain(pair, failing.port(), MESH, true);

    Client client = client(pair);
    Client.Reply first = client.get(mesh.port("tier1"), "/");
    assertThat(first.status()).isEqualTo(503);
    assertThat(first.header("x-weft-no-retry")).isEqualTo("true");
    assertThat(failing.requests()).as("one, and the retries of the last tier").isEqualTo(4);

    Client.Reply retry =
        client.get(mesh.port("tier1"), "/", Map.of("x-weft-previous-attempts", "1"));
    assertThat(retry.status()).isEqualTo(503);
    assertThat(failing.requests()).as("one more").isEqualTo(5);
  }

  @ParameterizedTest(name = "H84 {0}")
  @EnumSource
  void h84ThreeTiersOfRetriesMakeLittleMore(Pair pair) {
    AtomicInteger status = new AtomicInteger(200);
    Backend failing =
        backend(pair, request -> request.response().setStatusCode(status.get()).end());
    chain(pair, failing.port(), SMALL, false);
    Client client = client(pair);
    // The mesh is in use when its endpoint fails: a budget is a share of what is under way, and
    // calls
    // that wait for a first connection are under way for long.
    callAll(client, status.get());
    assertThat(failing.requests()).isEqualTo(CALLS);

    status.set(503);
    callAll(client, status.get());

    assertThat(retries("tier1")).as("retries of a tier").isPositive();
    assertThat(failing.requests() - CALLS).isBetween(CALLS + 1, CALLS * 12 / 10);
  }

  private void callAll(Client client, int status) {
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < AT_ONCE; i++) {
      callOn(client, status, begun, ended);
    }
    await("the ends of all calls").until(() -> ended.get() == CALLS);
  }

  private void callOn(Client client, int status, AtomicInteger begun, AtomicInteger ended) {
    if (begun.incrementAndGet() <= CALLS) {
      client
          .start(mesh.port("tier1"), HttpMethod.GET, "/", Map.of(), null)
          .onSuccess(
              reply -> {
                ended.addAndGet(reply.status() == status ? 1 : 0);
                callOn(client, status, begun, ended);
              });
    }
  }

  @ParameterizedTest(name = "H84 {0}")
  @EnumSource
  void h84WhoeverShedsLoadIsNotAskedAgain(Pair pair) {
    Backend shedding =
        backend(
            pair,
            request ->
                request
                    .response()
                    .putHeader("x-envoy-overloaded", "true")
                    .setStatusCode(503)
                    .end());
    chain(pair, shedding.port(), SMALL, false);
    Client client = client(pair);

    assertThat(client.get(mesh.port("tier1"), "/").status()).isEqualTo(503);
    assertThat(shedding.requests()).isEqualTo(1);
  }
}
