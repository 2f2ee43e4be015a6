package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static dev.weft.proxy.testkit.Soon.await;
import static dev.weft.proxy.wire.ConnectRoutes.ASK;
import static dev.weft.proxy.wire.ConnectRoutes.CONNECT;
import static dev.weft.proxy.wire.ConnectRoutes.PASSED_ON;
import static dev.weft.proxy.wire.ConnectRoutes.TERMINATED;
import static dev.weft.proxy.wire.ConnectRoutes.sendAll;
import static dev.weft.proxy.wire.ConnectRoutes.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.UpgradeConfig;
import dev.weft.xds.model.UpstreamTls;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CONNECT through two sidecars with mutual TLS between them: the caller's passes it on, the
 * callee's ends it at a plain TCP server.
 */
@ParameterizedClass(name = "{0} between the sidecars")
@EnumSource(
    value = UpstreamProtocol.class,
    names = {"HTTP1", "HTTP2"})
class ConnectThroughSidecarsTest {
  private static final String END = "\r\n\r\n";
  private static final String DB = "spiffe://weft.local/ns/shop/sa/db";
  private static final int MANY = 1 << 20;

  private static final TestCa CA = new TestCa("mesh root");

  private final UpstreamProtocol between;
  private Mesh caller;
  private Mesh callee;

  ConnectThroughSidecarsTest(UpstreamProtocol between) {
    this.between = between;
  }

  @BeforeEach
  void start() {
    caller = new Mesh();
    callee = new Mesh();
    Tls.identify(caller.secrets, CA.workload("shop", "caller"), CA);
    Tls.identify(callee.secrets, CA.workload("shop", "db"), CA);
  }

  @AfterEach
  void stop() {
    caller.close();
    callee.close();
  }

  /** Both sidecars before a server on this port; the port of the caller's. */
  private int serve(int database, String expected) {
    apply(
        callee,
        Tls.downstream("h2", "http/1.1"),
        new ClusterConfig(
            cluster("db", UpstreamProtocol.HTTP1, null, Thresholds.DEFAULTS, null),
            endpoints("db", database)),
        TERMINATED);
    String alpn = between == UpstreamProtocol.HTTP2 ? "h2" : "http/1.1";
    UpstreamTls tls = Tls.upstream(expected, "db.shop.weft.local", alpn);
    apply(
        caller,
        null,
        new ClusterConfig(
            cluster("db", between, tls, Thresholds.DEFAULTS, null), endpoints("db", callee.port())),
        PASSED_ON);
    return caller.port();
  }

  private static void apply(Mesh sidecar, DownstreamTls tls, ClusterConfig db, UpgradeConfig as) {
    sidecar.apply(
        new ProxyConfig(
            List.of(
                listener("in", List.of(), chain("", ChainMatch.ANY, tls, manager("in", "routes")))),
            Map.of("routes", routes(route(CONNECT, to(null, as)))),
            List.of(db)));
  }

  private RawHttp2 http2(int port) {
    RawHttp2 client = RawHttp2.client(caller.outside, port);
    await("SETTINGS").until(() -> client.frames.contains("settings"));
    return client;
  }

  private static void ask(RawHttp2 client) {
    client.request(
        3, new DefaultHttp2Headers(false).method("CONNECT").authority("db.test:5432"), false);
  }

  private static String bytes(int size) {
    StringBuilder bytes = new StringBuilder(size);
    for (int i = 0; i < size; i++) {
      bytes.append((char) ('a' + (i * 31 + i / 1021) % 26));
    }
    return bytes.toString();
  }

  private static String data(RawHttp2 client) {
    return client.frames.stream()
        .filter(f -> f.startsWith("3 data "))
        .map(f -> f.substring("3 data ".length()).replaceFirst(" end$", ""))
        .collect(Collectors.joining());
  }

  @ParameterizedTest(name = "{0} bytes each way")
  @ValueSource(ints = {5, MANY})
  void anHttp1ClientsBytesPassBothWaysAndEachEndsForItself(int size) throws Exception {
    try (RawServer database = new RawServer();
        RawClient client = new RawClient(serve(database.port(), DB))) {
      String there = bytes(size);
      client.send(ASK + "early ");
      try (RawClient accepted = database.accept()) {
        accepted.send("welcome");
        assertThat(client.readUntil("welcome")).startsWith("HTTP/1.1 200 ");

        Thread writer = Thread.startVirtualThread(() -> sendAll(client, there));
        assertThat(accepted.readToEnd()).isEqualTo("early " + there);
        writer.join();
        // What the client ended is one direction.
        Thread answer = Thread.startVirtualThread(() -> sendAll(accepted, there + "."));
        assertThat(client.readToEnd()).isEqualTo(there + ".");
        answer.join();
      }
    }
    await("the end in both logs")
        .until(() -> caller.telemetry.lines().size() + callee.telemetry.lines().size() == 2);
    assertThat(caller.telemetry.lines().getFirst().status()).isEqualTo(200);
    assertThat(callee.telemetry.lines().getFirst().peer())
        .isEqualTo("spiffe://weft.local/ns/shop/sa/caller");
  }

  @ParameterizedTest(name = "{0} bytes each way")
  @ValueSource(ints = {5, 48_000})
  void anHttp2ClientsBytesPassBothWaysAndEachEndsForItself(int size) throws Exception {
    try (RawServer database = new RawServer();
        RawHttp2 client = http2(serve(database.port(), DB))) {
      String there = bytes(size);
      ask(client);
      try (RawClient accepted = database.accept()) {
        await("the grant").until(() -> client.frames.contains("3 headers 200"));
        for (int from = 0; from < size; from += 16_000) {
          String piece = there.substring(from, Math.min(size, from + 16_000));
          client.write((w, c) -> w.writeData(c, 3, RawHttp2.text(piece), 0, false, c.newPromise()));
        }
        client.write((w, c) -> w.writeData(c, 3, Unpooled.EMPTY_BUFFER, 0, true, c.newPromise()));
        assertThat(accepted.readToEnd()).isEqualTo(there);

        accepted.send(there);
        await("the bytes").until(() -> data(client).length() >= size);
        assertThat(client.frames).noneMatch(f -> f.endsWith(" end"));
        accepted.endOutput();
        await("the end").until(() -> client.frames.stream().anyMatch(f -> f.endsWith(" end")));
        assertThat(data(client)).isEqualTo(there);
      }
    }
  }

  /** The server refuses, or the callee's sidecar is not who it should be. */
  @ParameterizedTest(name = "the callee is {0}")
  @ValueSource(strings = {DB, "spiffe://weft.local/ns/shop/sa/other"})
  void whatCannotBeReachedIs503AndNoTunnel(String expected) throws Exception {
    try (RefusingPort database = new RefusingPort()) {
      refused(serve(database.number(), expected));
    }
    assertThat(callee.telemetry.lines())
        .hasSize(expected.equals(DB) ? 2 : 0)
        .allMatch(line -> line.status() == 503);
  }

  private void refused(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(ASK + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 503 ").containsOnlyOnce("HTTP/1.1");
    }
    try (RawHttp2 client = http2(port)) {
      ask(client);
      await("the answer").until(() -> client.frames.stream().anyMatch(f -> f.endsWith(" end")));
      assertThat(client.frames).contains("3 headers 503").doesNotContain("3 headers 200");
    }
  }

  /** The server is there and goes away in the middle of it. */
  @ParameterizedTest(name = "a reset: {0}")
  @ValueSource(booleans = {false, true})
  void whereTheServerGoesTheTunnelEnds(boolean reset) throws Exception {
    try (RawServer database = new RawServer();
        RawClient client = new RawClient(serve(database.port(), DB))) {
      client.send(ASK);
      RawClient accepted = database.accept();
      client.readUntil(END);
      if (reset) {
        accepted.abort();
        assertThat(client.readToEnd()).isIn("", "<reset>");
      } else {
        accepted.send("bye");
        accepted.close();
        assertThat(client.readToEnd()).isEqualTo("bye");
      }
    }
    await("the end in both logs")
        .until(() -> caller.telemetry.lines().size() + callee.telemetry.lines().size() == 2);
  }
}
