package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.retry;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static dev.weft.proxy.testkit.Soon.await;
import static dev.weft.proxy.wire.ConnectRoutes.ASK;
import static dev.weft.proxy.wire.ConnectRoutes.CONNECT;
import static dev.weft.proxy.wire.ConnectRoutes.PASSED_ON;
import static dev.weft.proxy.wire.ConnectRoutes.TERMINATED;
import static dev.weft.proxy.wire.ConnectRoutes.to;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.UpgradeConfig;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * CONNECT with a retry policy: tried again only while nothing but its head can have gone out, and
 * what the client sent early goes to the one endpoint that grants it, once.
 */
class ConnectRetryTest {
  private static final String END = "\r\n\r\n";

  private Mesh mesh;

  @BeforeEach
  void start() {
    mesh = new Mesh();
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private int serve(
      UpgradeConfig as, RetryPolicy policy, UpstreamProtocol protocol, int... endpoints) {
    mesh.apply(config(routes(route(CONNECT, to(policy, as))), cluster("db", protocol, endpoints)));
    return mesh.port();
  }

  private RawHttp2 http2(int port) {
    RawHttp2 client = RawHttp2.client(mesh.outside, port);
    await("SETTINGS").until(() -> client.frames.contains("settings"));
    return client;
  }

  private static void ask(RawHttp2 client, int stream) {
    client.request(
        stream, new DefaultHttp2Headers(false).method("CONNECT").authority("db.test:5432"), false);
  }

  private Line line() {
    await("the end of the exchange").until(() -> !mesh.telemetry.lines().isEmpty());
    return mesh.telemetry.lines().getFirst();
  }

  /** Round robin: of two tunnels at least one finds the endpoint that refuses first. */
  @ParameterizedTest(name = "over HTTP/2: {0}")
  @ValueSource(booleans = {false, true})
  void whatCouldNotConnectGoesToAnotherEndpoint(boolean http2) throws Exception {
    try (RawServer database = new RawServer();
        RefusingPort refusing = new RefusingPort()) {
      int port =
          serve(
              TERMINATED,
              retry(1, RetryOn.CONNECT_FAILURE),
              UpstreamProtocol.HTTP1,
              refusing.number(),
              database.port());
      for (int i = 0; i < 4; i++) {
        if (http2) {
          tunnelOverHttp2(port, database);
        } else {
          tunnelOverHttp1(port, database);
        }
      }
    }
    await("all four").until(() -> mesh.telemetry.lines().size() == 4);
    assertThat(mesh.telemetry.lines()).allMatch(line -> line.status() == 200);
    assertThat(mesh.telemetry.lines()).anyMatch(line -> line.attempts() == 2);
  }

  private static void tunnelOverHttp1(int port, RawServer database) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(ASK + "early");
      try (RawClient accepted = database.accept()) {
        assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 ");
        client.send(" and late").endOutput();
        assertThat(accepted.readToEnd()).isEqualTo("early and late");
        accepted.send("bytes");
        accepted.endOutput();
        assertThat(client.readToEnd()).isEqualTo("bytes");
      }
    }
  }

  private void tunnelOverHttp2(int port, RawServer database) throws IOException {
    try (RawHttp2 client = http2(port)) {
      ask(client, 3);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("early"), 0, false, c.newPromise()));
      await("the grant").untilAsserted(() -> assertThat(client.frames).contains("3 headers 200"));
      try (RawClient accepted = database.accept()) {
        client.write((w, c) -> w.writeData(c, 3, RawHttp2.text(" late"), 0, true, c.newPromise()));
        assertThat(accepted.readToEnd()).isEqualTo("early late");
        accepted.send("bytes");
        accepted.endOutput();
        await("the end").until(() -> client.frames.stream().anyMatch(f -> f.endsWith(" end")));
        assertThat(client.frames).anyMatch(f -> f.startsWith("3 data bytes"));
      }
    }
  }

  @Test
  void whereAllRefuseItIs503AndNoTunnel() throws Exception {
    try (RefusingPort one = new RefusingPort();
        RefusingPort other = new RefusingPort()) {
      refusedByAll(
          serve(
              TERMINATED,
              retry(2, RetryOn.CONNECT_FAILURE),
              UpstreamProtocol.HTTP1,
              one.number(),
              other.number()));
    }
  }

  private void refusedByAll(int port) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client.send(ASK + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 503 ").containsOnlyOnce("HTTP/1.1");
    }
    assertThat(line().attempts()).isEqualTo(3);
    assertThat(line().flags()).contains("URX");
    try (RawHttp2 client = http2(port)) {
      ask(client, 3);
      await("the answer").until(() -> client.frames.stream().anyMatch(f -> f.endsWith(" end")));
      assertThat(client.frames).contains("3 headers 503").doesNotContain("3 headers 200");
    }
  }

  /** It may have opened a connection of its own for it. */
  @Test
  void whatAnEndpointGotIsNotTriedAgain() throws Exception {
    try (RawServer proxy = new RawServer();
        RawClient client =
            new RawClient(
                serve(
                    PASSED_ON,
                    retry(3, RetryOn.CONNECT_FAILURE, RetryOn.RESET_BEFORE_REQUEST),
                    UpstreamProtocol.HTTP1,
                    proxy.port()))) {
      client.send(ASK + "early");
      try (RawClient accepted = proxy.accept()) {
        accepted.readUntil(END);
      }
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 503 ").containsOnlyOnce("HTTP/1.1");
    }
    assertThat(line().attempts()).isEqualTo(1);
  }

  @Test
  void aTunnelThatWasGrantedIsNotTriedAgainWhateverThePolicy() throws Exception {
    try (RawServer database = new RawServer();
        RawClient client =
            new RawClient(
                serve(
                    TERMINATED,
                    retry(3, RetryOn.FIVE_XX, RetryOn.RESET, RetryOn.CONNECT_FAILURE),
                    UpstreamProtocol.HTTP1,
                    database.port()))) {
      client.send(ASK);
      try (RawClient accepted = database.accept()) {
        client.readUntil(END);
        accepted.abort();
      }
      assertThat(client.readToEnd()).isIn("", "<reset>");
    }
    assertThat(line().attempts()).isEqualTo(1);
  }

  /** By a policy that says so; the head alone had gone out. */
  @Test
  void whatOneEndpointDeclinesAnotherMayGrant() throws Exception {
    try (RawServer proxy = new RawServer();
        RawClient client =
            new RawClient(
                serve(
                    PASSED_ON,
                    retry(1, RetryOn.GATEWAY_ERROR),
                    UpstreamProtocol.HTTP1,
                    proxy.port()))) {
      client.send(ASK + "early");
      try (RawClient declining = proxy.accept()) {
        assertThat(declining.readUntil(END)).startsWith("CONNECT ");
        declining.send("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 2\r\n\r\nno");
        try (RawClient granting = proxy.accept()) {
          assertThat(granting.readUntil(END)).startsWith("CONNECT ");
          granting.send("HTTP/1.1 200 OK\r\n\r\nwelcome");
          assertThat(client.readUntil("welcome")).startsWith("HTTP/1.1 200 ");
          assertThat(granting.readUntil("early")).isEqualTo("early");
        }
        assertThat(declining.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @Test
  void aStreamThatWasRefusedIsTriedAgain() throws Exception {
    try (RawHttp2 proxy = RawHttp2.server(mesh.outside, new Http2Settings());
        RawHttp2 client =
            http2(
                serve(
                    PASSED_ON,
                    retry(1, RetryOn.REFUSED_STREAM),
                    UpstreamProtocol.HTTP2,
                    proxy.port()))) {
      ask(client, 3);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("early"), 0, false, c.newPromise()));
      await("the CONNECT").until(() -> proxy.frames.stream().anyMatch(f -> f.contains("headers")));
      proxy.write((w, c) -> w.writeRstStream(c, 3, 7, c.newPromise()));
      await("the next").until(() -> proxy.frames.stream().anyMatch(f -> f.startsWith("5 headers")));
      proxy.write(
          (w, c) ->
              w.writeHeaders(
                  c, 5, new DefaultHttp2Headers(false).status("200"), 0, false, c.newPromise()));
      await("the grant").until(() -> client.frames.contains("3 headers 200"));
      await("what came early").until(() -> proxy.frames.contains("5 data early"));
      assertThat(proxy.frames).noneMatch(f -> f.startsWith("3 data"));
    }
  }
}
