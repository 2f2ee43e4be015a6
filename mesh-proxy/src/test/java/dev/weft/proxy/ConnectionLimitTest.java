package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ConnectionLimit;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.TcpProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A chain takes so many connections at a time, and what becomes of the others. */
class ConnectionLimitTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration NOT_SOON = Duration.ofHours(1);

  private final Mesh mesh = new Mesh();
  private Backend one;

  @BeforeEach
  void start() {
    one = Backend.named(mesh.outside, "one");
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void limit(long max, Duration delay, NetworkFilter filter) {
    ConnectionLimit limit = new ConnectionLimit("few", max, delay, true);
    limit(limit, filter);
  }

  private void limit(ConnectionLimit limit, NetworkFilter filter) {
    FilterChain chain =
        new FilterChain("", ChainMatch.ANY, null, Duration.ofSeconds(5), filter, limit);
    mesh.apply(
        config(
            List.of(listener("in", List.of(), chain)),
            all("a"),
            cluster("a", UpstreamProtocol.HTTP1, one.port())));
  }

  private RawClient connect() throws IOException {
    return new RawClient(mesh.port());
  }

  private static RawClient served(RawClient client) throws IOException {
    client.send("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n").readUntil("\r\n\r\none");
    return client;
  }

  private void awaitActive(int connections) {
    await().until(() -> count("active_connections") == connections);
  }

  private long count(String name) {
    return mesh.telemetry.count("connection_limit.few." + name);
  }

  @Test
  void whatExceedsItIsClosedUntilOneGoes() throws IOException {
    limit(2, AT_ONCE, manager("http", "routes"));
    try (RawClient first = served(connect());
        RawClient second = served(connect());
        RawClient third = connect()) {
      assertThat(third.readToEnd()).isEmpty();
      assertThat(count("limited_connections")).isEqualTo(1);
      awaitActive(2);
      second.close();
      awaitActive(1);
      served(connect()).close();
      served(first);
    }
    awaitActive(0);
    assertThat(count("limited_connections")).isEqualTo(1);
  }

  @Test
  void aRelayIsLimitedAsWell() throws IOException {
    limit(1, AT_ONCE, new TcpProxy("tcp", new ClusterTarget.Single("a"), Duration.ofMinutes(1), 1));
    try (RawClient first = served(connect());
        RawClient second = connect()) {
      assertThat(second.readToEnd()).isEmpty();
      served(first);
    }
  }

  @Test
  void whoWaitsIsNotServedAndCounts() throws IOException {
    limit(1, NOT_SOON, manager("http", "routes"));
    try (RawClient first = served(connect());
        RawClient second = connect()) {
      second.send("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n");
      awaitActive(2);
      served(first);
      first.close();
      awaitActive(1);
      try (RawClient third = connect()) {
        awaitActive(2);
        third.send("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n");
      }
      awaitActive(1);
    }
    awaitActive(0);
    served(connect()).close();
    assertThat(count("limited_connections")).isEqualTo(2);
    assertThat(mesh.telemetry.lines()).hasSize(3);
  }

  @Test
  void afterTheDelayItIsClosed() throws IOException {
    limit(1, Duration.ofMillis(50), manager("http", "routes"));
    try (RawClient first = served(connect());
        RawClient second = connect()) {
      assertThat(second.readToEnd()).isEmpty();
      awaitActive(1);
      served(first);
    }
  }

  @Test
  void whoWaitsIsNotWaitedForAtTheEnd() throws IOException {
    limit(1, NOT_SOON, manager("http", "routes"));
    try (RawClient first = served(connect());
        RawClient second = connect()) {
      awaitActive(2);
      first.close();
      var drained = mesh.path.drain(NOT_SOON).toCompletableFuture();
      assertThat(second.readToEnd()).isEmpty();
      await().until(drained::isDone);
    }
  }

  @Test
  void whatIsDisabledLimitsNothing() throws IOException {
    limit(new ConnectionLimit("few", 1, AT_ONCE, false), manager("http", "routes"));
    try (RawClient first = served(connect());
        RawClient second = served(connect())) {
      assertThat(count("limited_connections") + count("active_connections")).isZero();
      served(first);
      served(second);
    }
  }

  @Test
  void aNewConfigurationGoesOnCounting() throws IOException {
    limit(1, AT_ONCE, manager("http", "routes"));
    try (RawClient first = served(connect())) {
      limit(1, AT_ONCE, manager("other", "routes"));
      try (RawClient second = connect()) {
        assertThat(second.readToEnd()).isEmpty();
      }
      limit(2, AT_ONCE, manager("other", "routes"));
      awaitActive(1);
      served(connect()).close();
      served(first);
    }
  }
}
