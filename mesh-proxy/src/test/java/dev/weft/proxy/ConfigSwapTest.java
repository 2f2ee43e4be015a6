package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.exact;
import static dev.weft.proxy.testkit.Configs.http;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.LoopTime;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.SocketAddress;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Configurations change while requests are under way. */
class ConfigSwapTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void noRequestFailsWhileRoutesAndEndpointsChange() {
    Backend one = Backend.named(mesh.outside, "one");
    Backend two = Backend.named(mesh.outside, "two");
    Backend three = Backend.named(mesh.outside, "three");
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port(), two.port())));
    int port = mesh.port();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger served = new AtomicInteger();
    ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    List<Future<?>> callers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      callers.add(loop(i % 2 == 0 ? mesh.h1 : mesh.h2, port, stop, served, failures));
    }
    for (int round = 0; round < 24; round++) {
      UpstreamProtocol protocol = round % 3 == 0 ? UpstreamProtocol.HTTP1 : UpstreamProtocol.HTTP2;
      int[] ports =
          switch (round % 4) {
            case 0 -> new int[] {one.port(), two.port()};
            case 1 -> new int[] {three.port()};
            case 2 -> new int[] {two.port(), three.port()};
            default -> new int[] {one.port()};
          };
      String name = round % 2 == 0 ? "a" : "b";
      mesh.apply(config(all(name), cluster(name, protocol, ports)));
      int seen = served.get();
      await().until(() -> served.get() > seen + 6 || !failures.isEmpty());
    }
    stop.set(true);
    callers.forEach(Client::await);
    assertThat(failures).isEmpty();
    assertThat(mesh.port()).isEqualTo(port);
  }

  private static Future<?> loop(
      Client client,
      int port,
      AtomicBoolean stop,
      AtomicInteger served,
      ConcurrentLinkedQueue<String> failures) {
    if (stop.get()) {
      return Future.succeededFuture();
    }
    return client
        .start(port, HttpMethod.POST, "/", Map.of(), "body")
        .onComplete(
            reply -> {
              served.incrementAndGet();
              if (reply.failed()) {
                failures.add(String.valueOf(reply.cause()));
              } else if (reply.result().status() != 200) {
                failures.add(reply.result().status() + " " + reply.result().body());
              }
            })
        .otherwiseEmpty()
        .compose(done -> loop(client, port, stop, served, failures));
  }

  /** Every swap exchanges all targets: what an event loop has to do for one is at its largest. */
  @Test
  void h87SwapsOfTenThousandRoutesAndFiftyThousandEndpointsBlockNoLoop() {
    Backend one = Backend.named(mesh.outside, "one");
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP1, one.port())));
    for (int i = 0; i < 100; i++) {
      assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("one");
      assertThat(mesh.h2.get(mesh.port(), "/").body()).isEqualTo("one");
    }
    LoopTime loops = LoopTime.of(mesh.inside);
    for (int round = 0; round < 4; round++) {
      ProxyConfig large = large(one.port(), round);
      loops.mark();
      mesh.apply(large);
      assertThat(mesh.h1.get(mesh.port(), "/r9999").body()).isEqualTo("one");
      assertThat(mesh.h2.get(mesh.port(), "/r0").body()).isEqualTo("one");
      // All that a loop did meanwhile is less than what would count as a block.
      assertThat(loops.mostMillis()).as("CPU time of a loop, round " + round).isLessThan(50);
    }
  }

  /** Routes /r0 … of which the last two are answered by this port. */
  private static ProxyConfig large(int port, int round) {
    int routes = 10_000;
    int each = 500;
    List<Route> table = new ArrayList<>();
    List<ClusterConfig> clusters = new ArrayList<>();
    clusters.add(cluster("a", UpstreamProtocol.HTTP1, port));
    for (int c = 0; c < 100; c++) {
      clusters.add(
          new ClusterConfig(
              cluster("c" + c, UpstreamProtocol.HTTP1).cluster(),
              farEndpoints("c" + c, round, c, each)));
    }
    for (int r = 0; r < routes; r++) {
      String target = r == 0 || r == routes - 1 ? "a" : "c" + r % 100;
      table.add(route(exact("/r" + r), RouteAction.Forward.to(target)));
    }
    return config(routes(table.toArray(Route[]::new)), clusters.toArray(ClusterConfig[]::new));
  }

  private static EndpointSet farEndpoints(String cluster, int round, int net, int count) {
    List<EndpointSet.Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String address = "10." + (net + 100 * (round % 2)) + "." + i / 250 + "." + (1 + i % 250);
      endpoints.add(
          new EndpointSet.Endpoint(
              new SocketAddress(address, 80), "", EndpointSet.HealthStatus.UNKNOWN, 1, Map.of()));
    }
    return new EndpointSet(
        cluster,
        List.of(
            new EndpointSet.LocalityEndpoints(
                new EndpointSet.Locality("", "", ""), 0, 1, endpoints)),
        140);
  }

  @Test
  void anEndpointKeepsItsConnectionsWhileOthersComeAndGo() {
    Backend one = Backend.named(mesh.outside, "one");
    Backend two = Backend.named(mesh.outside, "two");
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port())));
    mesh.h2.get(mesh.port(), "/");
    assertThat(mesh.telemetry.calls("cluster/a/connectionOpened")).isEqualTo(1);
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port(), two.port())));
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port())));
    mesh.h2.get(mesh.port(), "/");
    assertThat(mesh.telemetry.calls("cluster/a/connectionOpened")).isEqualTo(1);
  }

  @Test
  void listenersComeAndGo() {
    Backend one = Backend.named(mesh.outside, "one");
    Listener first = http("in", "routes");
    Listener second = http("second", "routes");
    mesh.apply(
        config(List.of(first, second), all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port())));
    int gone = mesh.port("second");
    assertThat(mesh.h1.get(gone, "/").body()).isEqualTo("one");
    mesh.apply(config(List.of(first), all("a"), cluster("a", UpstreamProtocol.HTTP2, one.port())));
    assertThat(mesh.path.addresses()).containsOnlyKeys("in");
    assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("one");
    Client fresh = new Client(mesh.outside, io.vertx.core.http.HttpVersion.HTTP_1_1);
    Future<Client.Reply> refused = fresh.start(gone, HttpMethod.GET, "/", Map.of(), null);
    await().until(refused::isComplete);
    assertThat(refused.failed()).isTrue();
  }

  @Test
  void anAddressInUseIsReportedAndTheRestServes() {
    Backend taken = Backend.named(mesh.outside, "taken");
    Listener clash =
        new Listener(
            "clash",
            new dev.weft.xds.model.SocketAddress("127.0.0.1", taken.port()),
            List.of(),
            http("x", "routes").defaultFilterChain(),
            false,
            Duration.ZERO,
            Listener.TrafficDirection.UNSPECIFIED,
            null);
    var failures =
        mesh.tryApply(
            config(
                List.of(http("in", "routes"), clash),
                all("a"),
                cluster("a", UpstreamProtocol.HTTP1, taken.port())));
    assertThat(failures).hasSize(1);
    assertThat(failures.getFirst().reason()).contains("127.0.0.1:" + taken.port());
    assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("taken");
  }

  @Test
  void drainingLetsRequestsFinish() {
    ConcurrentLinkedQueue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
    Backend slow = Backend.start(mesh.outside, waiting::add);
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, slow.port())));
    Future<Client.Reply> h1 = mesh.h1.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    Future<Client.Reply> h2 = mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    await().until(() -> waiting.size() == 2);
    CompletionStage<Void> drained = mesh.path.drain(Duration.ofSeconds(20));
    await().until(() -> mesh.path.addresses().isEmpty());
    assertThat(drained.toCompletableFuture()).isNotDone();
    waiting.forEach(request -> request.response().end("finished"));
    assertThat(Client.await(h1).body()).isEqualTo("finished");
    assertThat(Client.await(h2).body()).isEqualTo("finished");
    await().until(() -> drained.toCompletableFuture().isDone());
  }

  @Test
  void drainingIsBounded() {
    ConcurrentLinkedQueue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
    Backend hanging = Backend.start(mesh.outside, waiting::add);
    mesh.apply(config(all("a"), cluster("a", UpstreamProtocol.HTTP2, hanging.port())));
    Future<Client.Reply> cut = mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    await().until(() -> waiting.size() == 1);
    CompletionStage<Void> drained = mesh.path.drain(Duration.ofMillis(100));
    await().until(() -> drained.toCompletableFuture().isDone() && cut.isComplete());
    assertThat(cut.failed()).isTrue();
  }
}
