package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.filter.breaker.Breaker;
import dev.weft.proxy.filter.breaker.Breaker.State;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RefusingPort;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an error-rate breaker makes of WebSockets and CONNECT: the handshake is a request. */
class GuardedUpgradesTest {
  private static final String END = "\r\n\r\n";
  private static final String ASK =
      "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  private static final String GRANT =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  private static final String CONNECT = "CONNECT db:5432 HTTP/1.1\r\nHost: db:5432\r\n\r\n";

  private final HttpFilters filters = new HttpFilters();
  private final Mesh mesh = new Mesh(filters);
  private RawServer endpoint;

  @BeforeEach
  void start() throws IOException {
    endpoint = new RawServer();
  }

  @AfterEach
  void close() throws IOException {
    endpoint.close();
    mesh.close();
  }

  private void serve(int port, String breaker) throws BootstrapException {
    mesh.apply(
        FromYaml.http(
            "{name: breaker, typed_config: {'@type':"
                + " type.googleapis.com/weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker,"
                + " failures_rolling_window: 3600s, reset_timeout: 3600s, "
                + breaker
                + "}}",
            "virtual_hosts: [{name: v, domains: ['*'], routes: ["
                + "{match: {connect_matcher: {}}, name: shop, route: {cluster: up,"
                + " upgrade_configs: [{upgrade_type: CONNECT, connect_config: {}}]}},"
                + "{match: {prefix: /}, name: shop, route: {cluster: up,"
                + " upgrade_configs: [{upgrade_type: websocket}]}}]}]",
            port));
  }

  private Breaker.Snapshot breaker() {
    return filters.breakers().views(System.nanoTime()).stream()
        .filter(view -> view.cluster().equals("up") && view.method().equals("shop"))
        .findFirst()
        .orElseThrow()
        .snapshot();
  }

  private String ask(String what) throws IOException {
    try (RawClient client = new RawClient(mesh.port())) {
      return client.send(what).readUntil(END);
    }
  }

  /** An upgrade that the endpoint answers so; what the client gets. */
  private String ask(String what, String answer) throws IOException {
    try (RawClient client = new RawClient(mesh.port())) {
      client.send(what);
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(answer);
        return client.readUntil(END);
      }
    }
  }

  @Test
  void oneThatIsGrantedHasSucceededAndGivesItsPlaceBack() throws Exception {
    serve(endpoint.port(), "max_concurrent: 1, timeout: 0s");
    try (RawClient first = new RawClient(mesh.port())) {
      first.send(ASK);
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        assertThat(breaker().active()).isEqualTo(1);
        assertThat(ask(ASK)).as("beside one that waits").startsWith("HTTP/1.1 503 ");
        accepted.send(GRANT);
        assertThat(first.readUntil(END)).startsWith("HTTP/1.1 101 ");
        await("its place").until(() -> breaker().active() == 0);
        assertThat(breaker().requests()).isEqualTo(1);
        assertThat(breaker().failures()).isZero();

        assertThat(ask(ASK, GRANT)).as("beside one that goes on").startsWith("HTTP/1.1 101 ");
        accepted.send("still here");
        assertThat(first.readUntil("still here")).isEqualTo("still here");
      }
    }
    await("the end").until(() -> mesh.telemetry.lines().size() == 3);
    assertThat(breaker().active()).isZero();
    assertThat(breaker().requests()).as("the end of one counts no more").isEqualTo(2);
  }

  @Test
  void refusalsOfTheEndpointOpenItForUpgradesAndRequests() throws Exception {
    serve(endpoint.port(), "min_requests: 2, timeout: 0s");
    String busy = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n";
    for (int i = 0; i < 2; i++) {
      assertThat(ask(ASK, busy)).startsWith("HTTP/1.1 503 ");
    }
    await("two failures").until(() -> breaker().state() == State.OPEN);
    assertThat(ask(ASK)).startsWith("HTTP/1.1 503 ").contains("x-envoy-overloaded: true");
    assertThat(ask(CONNECT)).startsWith("HTTP/1.1 503 ").contains("x-envoy-overloaded: true");
    assertThat(ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void oneThatIsNotAnsweredInTimeHasFailed() throws Exception {
    serve(endpoint.port(), "min_requests: 1, timeout: 0.05s");
    assertThat(ask(ASK)).startsWith("HTTP/1.1 504 ");
    assertThat(breaker().state()).isEqualTo(State.OPEN);
  }

  @Test
  void aTunnelThatIsConnectedHasSucceeded() throws Exception {
    serve(endpoint.port(), "max_concurrent: 1, timeout: 5s");
    try (RawClient client = new RawClient(mesh.port())) {
      client.send(CONNECT);
      try (RawClient accepted = endpoint.accept()) {
        assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 ");
        await("its place").until(() -> breaker().active() == 0);
        assertThat(breaker().requests()).isEqualTo(1);
        assertThat(breaker().failures()).isZero();
        accepted.send("hello");
        assertThat(client.readUntil("hello")).isEqualTo("hello");
      }
    }
  }

  @Test
  void aTunnelThatIsNotConnectedHasFailed() throws Exception {
    try (RefusingPort dead = new RefusingPort()) {
      serve(dead.number(), "min_requests: 1, timeout: 5s");
      assertThat(ask(CONNECT)).startsWith("HTTP/1.1 503 ");
      await("the failure").until(() -> breaker().state() == State.OPEN);
      assertThat(ask(CONNECT)).contains("x-envoy-overloaded: true");
    }
  }
}
