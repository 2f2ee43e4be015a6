package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.overload.OverloadPlan.Trigger;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients notice of each action, over real sockets; the pressure is the test's to say. */
class OverloadTest {
  private static final String GET = "GET / HTTP/1.1\r\nhost: a.test\r\n\r\n";

  private volatile double pressure;
  private Mesh mesh;

  private void start(OverloadAction action, int connections) {
    OverloadPlan plan =
        new OverloadPlan(
            Duration.ofMillis(5),
            Long.MAX_VALUE,
            connections,
            Map.of(),
            List.of(new Trigger(action, 0.9, 0.9)));
    mesh = new Mesh(new HttpFilters(), new Overload(plan, () -> pressure));
    Backend app = Backend.named(mesh.outside, "app");
    mesh.apply(config(all("app"), cluster("app", UpstreamProtocol.HTTP1, app.port())));
  }

  private void pressure(double value, OverloadAction action) {
    pressure = value;
    await("the level").until(() -> mesh.path.overload().level(action) == (value >= 0.9 ? 1 : 0));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void newRequestsAreAnswered503AndTheOldGoOn() {
    OverloadAction action = OverloadAction.STOP_ACCEPTING_REQUESTS;
    start(action, 1000);
    Queue<HttpServerRequest> held = new ConcurrentLinkedQueue<>();
    Backend slow = Backend.start(mesh.outside, held::add);
    mesh.apply(config(all("slow"), cluster("slow", UpstreamProtocol.HTTP1, slow.port())));
    var before = mesh.h2.start(mesh.port(), HttpMethod.GET, "/before", Map.of(), null);
    await("the request").until(() -> !held.isEmpty());

    pressure(1, action);
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      Client.Reply reply = client.get(mesh.port(), "/");
      assertThat(reply.status()).isEqualTo(503);
      assertThat(reply.header("x-envoy-overloaded")).isEqualTo("true");
      assertThat(reply.body()).isEqualTo("envoy overloaded");
      Client.Reply upload =
          Client.await(client.start(mesh.port(), HttpMethod.POST, "/", Map.of(), "body"));
      assertThat(upload.status()).isEqualTo(503);
    }
    Client.Reply grpc =
        Client.await(
            mesh.h2.start(
                mesh.port(),
                HttpMethod.POST,
                "/a.B/C",
                Map.of("content-type", "application/grpc", "te", "trailers"),
                null));
    assertThat(grpc.status()).isEqualTo(200);
    assertThat(grpc.header("grpc-status")).isEqualTo("14");
    held.forEach(request -> request.response().end("late"));
    assertThat(Client.await(before).body()).isEqualTo("late");
    assertThat(mesh.telemetry.calls("http/in/overloaded")).isEqualTo(5);

    pressure(0.5, action);
    var after = mesh.h1.start(mesh.port(), HttpMethod.GET, "/after", Map.of(), null);
    await("the next request").until(() -> held.size() == 2);
    held.stream()
        .filter(request -> !request.response().ended())
        .forEach(request -> request.response().end("app"));
    assertThat(Client.await(after).body()).isEqualTo("app");
  }

  @Test
  void newConnectionsAreClosedAndTheOldGoOn() throws IOException {
    OverloadAction action = OverloadAction.REJECT_INCOMING_CONNECTIONS;
    start(action, 1000);
    try (RawClient old = new RawClient(mesh.port())) {
      assertThat(old.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      pressure(1, action);
      assertThat(refused()).isTrue();
      assertThat(mesh.telemetry.calls("listener/127.0.0.1_0/connectionRejected")).isEqualTo(1);
      assertThat(old.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      pressure(0, action);
      assertThat(refused()).isFalse();
    }
  }

  /** Whether a new connection is closed without an answer. */
  private boolean refused() {
    try (RawClient client = new RawClient(mesh.port())) {
      return !client.send(GET).readUntil("app").startsWith("HTTP/1.1 200");
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void newConnectionsWaitUntilTheyAreAccepted() throws IOException {
    OverloadAction action = OverloadAction.STOP_ACCEPTING_CONNECTIONS;
    start(action, 1000);
    try (RawClient old = new RawClient(mesh.port())) {
      assertThat(old.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      pressure(1, action);
      await("the socket to stop").until(() -> waits(old));
      try (RawClient waiting = new RawClient(mesh.port())) {
        waiting.send(GET);
        pressure(0, action);
        assertThat(waiting.readUntil("app")).startsWith("HTTP/1.1 200");
      }
    }
  }

  /** Whether a new connection is still not accepted when an old one has had many answers. */
  private boolean waits(RawClient old) throws IOException {
    int before = mesh.telemetry.calls("listener/127.0.0.1_0/connectionOpened");
    try (RawClient client = new RawClient(mesh.port())) {
      client.send(GET);
      for (int i = 0; i < 50; i++) {
        assertThat(old.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      }
      return mesh.telemetry.calls("listener/127.0.0.1_0/connectionOpened") == before;
    }
  }

  @Test
  void aConnectionEndsWithItsNextAnswer() throws IOException {
    OverloadAction action = OverloadAction.DISABLE_HTTP_KEEPALIVE;
    start(action, 1000);
    try (RawClient client = new RawClient(mesh.port())) {
      assertThat(client.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      pressure(1, action);
      assertThat(client.send(GET).readToEnd())
          .startsWith("HTTP/1.1 200")
          .containsIgnoringCase("connection: close")
          .endsWith("app");
    }
    Client http2 = new Client(mesh.outside, HttpVersion.HTTP_2);
    for (int i = 0; i < 20; i++) {
      assertThat(http2.get(mesh.port(), "/").body()).isEqualTo("app");
    }
    await("HTTP/2 connections that end")
        .until(() -> mesh.telemetry.calls("http/in/keepaliveDisabled") >= 3);
    await("their ends").until(() -> mesh.path.connections() == 0);
  }

  @Test
  void moreConnectionsThanThereMayBeAreClosed() throws IOException {
    start(OverloadAction.STOP_ACCEPTING_REQUESTS, 2);
    try (RawClient one = new RawClient(mesh.port());
        RawClient two = new RawClient(mesh.port())) {
      assertThat(one.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      assertThat(two.send(GET).readUntil("app")).startsWith("HTTP/1.1 200");
      assertThat(refused()).isTrue();
      assertThat(mesh.telemetry.calls("listener/127.0.0.1_0/connectionShed")).isEqualTo(1);
    }
    await("room again").until(() -> !refused());
  }
}
