package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.wire.LeakWatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteConfig;
import io.vertx.core.http.HttpMethod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** H84: retries do not multiply from tier to tier while an endpoint answers nothing but 503. */
@ExtendWith(LeakWatch.class)
class UpstreamFaultsStormTest {
  private static final int TIERS = 3;
  private static final int CALLS = 240;
  private static final int AT_ONCE = 40;

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  static Stream<Pair> plaintext() {
    return Pair.all().filter(pair -> !pair.mtls);
  }

  /** Each tier is told to try three times more, within a budget of 5 % of what is under way. */
  private void chain(Pair pair, int endpoint) {
    List<Listener> listeners = new ArrayList<>();
    Map<String, RouteConfig> routes = new HashMap<>();
    List<ClusterConfig> clusters = new ArrayList<>();
    int next = endpoint;
    for (int tier = TIERS; tier >= 1; tier--) {
      String name = "tier" + tier;
      listeners.add(Configs.http(name, name));
      routes.put(name, Configs.all(name, Configs.retry(3, RetryOn.FIVE_XX)));
      clusters.add(
          new ClusterConfig(
              Configs.cluster(
                  name,
                  pair.up2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1,
                  null,
                  new Cluster.Thresholds(1024, 1024, 1024, 3, new Cluster.RetryBudget(5, 0)),
                  null),
              Configs.endpoints(name, next)));
      mesh.apply(new ProxyConfig(listeners, routes, clusters));
      next = mesh.port(name);
    }
  }

  @ParameterizedTest(name = "H84 {0}")
  @MethodSource("plaintext")
  void h84ThreeTiersOfRetriesMakeLittleMore(Pair pair) {
    Backend failing = Backend.status(mesh.outside, 503);
    chain(pair, failing.port());
    Client client = pair.down2 ? mesh.h2 : mesh.h1;
    AtomicInteger begun = new AtomicInteger();
    AtomicInteger ended = new AtomicInteger();
    for (int i = 0; i < AT_ONCE; i++) {
      callOn(client, begun, ended);
    }
    await("the ends of all calls").until(() -> ended.get() == CALLS);

    assertThat(mesh.telemetry.calls("cluster/tier1/retry")).as("retries of a tier").isPositive();
    assertThat(failing.requests()).isBetween(CALLS + 1, CALLS * 12 / 10);
  }

  private void callOn(Client client, AtomicInteger begun, AtomicInteger ended) {
    if (begun.incrementAndGet() <= CALLS) {
      client
          .start(mesh.port("tier1"), HttpMethod.GET, "/", Map.of(), null)
          .onSuccess(
              reply -> {
                ended.addAndGet(reply.status() == 503 ? 1 : 0);
                callOn(client, begun, ended);
              });
    }
  }

  @ParameterizedTest(name = "H84 {0}")
  @MethodSource("plaintext")
  void h84WhoeverShedsLoadIsNotAskedAgain(Pair pair) {
    Backend shedding =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .putHeader("x-envoy-overloaded", "true")
                    .setStatusCode(503)
                    .end());
    chain(pair, shedding.port());
    Client client = pair.down2 ? mesh.h2 : mesh.h1;

    assertThat(client.get(mesh.port("tier1"), "/").status()).isEqualTo(503);
    assertThat(shedding.requests()).isEqualTo(1);
  }
}
