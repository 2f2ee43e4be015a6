package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static dev.weft.proxy.wire.ConnectRoutes.ASK;
import static dev.weft.proxy.wire.ConnectRoutes.CONNECT;
import static dev.weft.proxy.wire.ConnectRoutes.PASSED_ON;
import static dev.weft.proxy.wire.ConnectRoutes.TERMINATED;
import static dev.weft.proxy.wire.ConnectRoutes.sendAll;
import static dev.weft.proxy.wire.ConnectRoutes.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.UpgradeConfig;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT: refused unless a route is for it, then bytes to an endpoint of the route's cluster. */
@ExtendWith(LeakWatch.class)
class ConnectTest {
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

  private int serve(UpstreamProtocol up, int endpoint, UpgradeConfig... upgrades) {
    return serve(manager("in", "routes"), up, endpoint, upgrades);
  }

  private int serve(
      HttpConnectionManager http, UpstreamProtocol up, int endpoint, UpgradeConfig... upgrades) {
    mesh.apply(
        config(
            List.of(listener("in", List.of(), Configs.chain("", ChainMatch.ANY, null, http))),
            routes(route(RouteMatch.prefix("/"), to(null)), route(CONNECT, to(null, upgrades))),
            cluster("db", up, endpoint)));
    return mesh.port();
  }

  private RawHttp2 http2(int port) {
    RawHttp2 client = RawHttp2.client(mesh.outside, port);
    await().until(() -> client.frames.contains("settings"));
    return client;
  }

  private static DefaultHttp2Headers ask() {
    DefaultHttp2Headers ask = new DefaultHttp2Headers(false);
    ask.method("CONNECT").authority("db.test:5432");
    return ask;
  }

  private static String answer(int port, String bytes) throws IOException {
    try (RawClient client = new RawClient(port)) {
      return client.send(bytes).readToEnd();
    }
  }

  @Test
  void terminatedTheEndpointSpeaksFirstAndGetsNothingButTheBytes() throws Exception {
    try (RawServer database = new RawServer();
        RawClient client =
            new RawClient(serve(UpstreamProtocol.HTTP1, database.port(), TERMINATED))) {
      client.send(ASK + "early");
      try (RawClient accepted = database.accept()) {
        accepted.send("welcome");
        assertThat(client.readUntil(END))
            .startsWith("HTTP/1.1 200 ")
            .doesNotContain("content-length", "transfer-encoding", "upgrade", "connection:");
        assertThat(client.readUntil("welcome")).isEqualTo("welcome");
        assertThat(accepted.readUntil("early")).isEqualTo("early");

        client.endOutput();
        assertThat(accepted.readToEnd()).isEmpty();
        accepted.send("and goodbye");
        accepted.endOutput();
        assertThat(client.readToEnd()).isEqualTo("and goodbye");
      }
    }
    await().until(() -> mesh.telemetry.lines().stream().anyMatch(line -> line.status() == 200));
  }

  @Test
  void terminatedOverHttp2AStreamIsAConnection() throws Exception {
    try (RawServer database = new RawServer();
        RawHttp2 client = http2(serve(UpstreamProtocol.HTTP2, database.port(), TERMINATED))) {
      client.request(3, ask(), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("early"), 0, false, c.newPromise()));
      try (RawClient accepted = database.accept()) {
        assertThat(accepted.readUntil("early")).isEqualTo("early");
        await().until(() -> client.frames.contains("3 headers 200"));
        accepted.send("hello");
        await().until(() -> client.frames.contains("3 data hello"));

        client.write((w, c) -> w.writeData(c, 3, Unpooled.EMPTY_BUFFER, 0, true, c.newPromise()));
        assertThat(accepted.readToEnd()).isEmpty();
        accepted.send("goodbye");
        accepted.endOutput();
        await().until(() -> client.frames.stream().anyMatch(f -> f.startsWith("3 data goodbye")));
        await().until(() -> client.frames.stream().anyMatch(f -> f.endsWith(" end")));
      }
    }
  }

  @Test
  void aTunnelMayBeHalfClosedFromTheStart() throws Exception {
    try (RawServer database = new RawServer();
        RawHttp2 client = http2(serve(UpstreamProtocol.HTTP1, database.port(), TERMINATED))) {
      client.request(3, ask(), true);
      try (RawClient accepted = database.accept()) {
        assertThat(accepted.readToEnd()).isEmpty();
        accepted.send("hello");
        await().until(() -> client.frames.contains("3 data hello"));
      }
    }
  }

  /** What does not fit into the sockets waits in them for a client that has said all. */
  @Test
  void aSlowReaderOfAHalfClosedTunnelGetsAll() throws Exception {
    String answer = "0123456789abcde\n".repeat(1_000_000);
    try (RawServer database = new RawServer();
        RawClient client =
            new RawClient(serve(UpstreamProtocol.HTTP1, database.port(), TERMINATED))) {
      client.send(ASK);
      try (RawClient accepted = database.accept()) {
        client.readUntil(END);
        client.endOutput();
        assertThat(accepted.readToEnd()).isEmpty();
        accepted.sendAllApart(answer);
        client.letSocketsFill();
        assertThat(client.readToEnd().equals(answer)).isTrue();
      }
    }
  }

  @Test
  void passedOnAnHttp1EndpointGetsTheConnect() throws Exception {
    try (RawServer proxy = new RawServer();
        RawClient client = new RawClient(serve(UpstreamProtocol.HTTP1, proxy.port(), PASSED_ON))) {
      client.send(ASK + "early");
      try (RawClient accepted = proxy.accept()) {
        assertThat(accepted.readUntil(END))
            .startsWith("CONNECT db.test:5432 HTTP/1.1\r\nhost: db.test:5432\r\n")
            .doesNotContain("upgrade", "content-length", "transfer-encoding", "early");
        accepted.send("HTTP/1.1 200 Connection established\r\nContent-Length: 9\r\n\r\nwelcome");
        assertThat(client.readUntil(END)).startsWith("HTTP/1.1 200 ").doesNotContain("length");
        assertThat(client.readUntil("welcome")).isEqualTo("welcome");
        assertThat(accepted.readUntil("early")).isEqualTo("early");
      }
    }
  }

  @Test
  void whatAnEndpointDeclinesIsItsAnswerAndEarlyBytesGoNowhere() throws Exception {
    try (RawServer proxy = new RawServer();
        RawClient client = new RawClient(serve(UpstreamProtocol.HTTP1, proxy.port(), PASSED_ON))) {
      client.send(ASK + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      try (RawClient accepted = proxy.accept()) {
        accepted.readUntil(END);
        accepted.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
        assertThat(client.readToEnd())
            .startsWith("HTTP/1.1 403 ")
            .endsWith("no")
            .containsOnlyOnce("HTTP/1.1");
        assertThat(accepted.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void passedOnAnHttp2EndpointGetsNeitherPathNorScheme(boolean http2Client) throws Exception {
    try (RawHttp2 proxy = RawHttp2.server(mesh.outside, new Http2Settings())) {
      int port = serve(UpstreamProtocol.HTTP2, proxy.port(), PASSED_ON);
      if (http2Client) {
        try (RawHttp2 client = http2(port)) {
          client.request(3, ask(), false);
          granted(proxy);
          await().until(() -> client.frames.contains("3 headers 200"));
          await().until(() -> client.frames.contains("3 data welcome"));
        }
      } else {
        try (RawClient client = new RawClient(port)) {
          client.send(ASK);
          granted(proxy);
          assertThat(client.readUntil("welcome")).startsWith("HTTP/1.1 200 ").endsWith("welcome");
        }
      }
    }
  }

  private static void granted(RawHttp2 proxy) {
    await().until(() -> proxy.frames.stream().anyMatch(f -> f.contains("headers")));
    assertThat(proxy.frames).noneMatch(f -> f.contains("reset"));
    proxy.write(
        (w, c) -> {
          w.writeHeaders(
              c, 3, new DefaultHttp2Headers(false).status("200"), 0, false, c.newPromise());
          w.writeData(c, 3, RawHttp2.text("welcome"), 0, false, c.newPromise());
        });
  }

  @Test
  void aRouteForConnectWithoutTheUpgradeIs403AndNoOtherRouteServesIt() throws Exception {
    try (RawServer database = new RawServer()) {
      assertThat(answer(serve(UpstreamProtocol.HTTP1, database.port()), ASK))
          .startsWith("HTTP/1.1 403 ");
      mesh.apply(
          config(
              routes(route(RouteMatch.prefix(""), to(null, TERMINATED))),
              cluster("db", UpstreamProtocol.HTTP1, database.port())));
      assertThat(answer(mesh.port(), ASK + "GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
          .startsWith("HTTP/1.1 404 ")
          .containsOnlyOnce("HTTP/1.1");
    }
  }

  @Test
  void aHeaderThatNamesItIsNoConnectButAnUpgradeLikeOthers() throws Exception {
    String ask = "GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: CONNECT\r\n\r\n";
    try (RawServer endpoint = new RawServer()) {
      HttpConnectionManager http = manager("in", "routes").withUpgrades(PASSED_ON);
      int port = serve(http, UpstreamProtocol.HTTP1, endpoint.port(), TERMINATED);
      try (RawClient client = new RawClient(port)) {
        client.send(ask);
        try (RawClient accepted = endpoint.accept()) {
          assertThat(accepted.readUntil("\r\n\r\n"))
              .startsWith("GET / HTTP/1.1\r\n")
              .contains("upgrade: CONNECT\r\n");
        }
      }
    }
  }

  @Test
  void aConnectWithABodyIsRefused() throws Exception {
    try (RawServer database = new RawServer()) {
      int port = serve(UpstreamProtocol.HTTP1, database.port(), TERMINATED);
      assertThat(answer(port, ASK.replace("\r\n\r\n", "\r\nContent-Length: 2\r\n\r\nhi")))
          .startsWith("HTTP/1.1 400 ");
    }
  }

  @Test
  void manyBytesPassBothWaysWhole() throws Exception {
    int size = 6 << 20;
    try (RawServer database = new RawServer();
        RawClient client =
            new RawClient(serve(UpstreamProtocol.HTTP1, database.port(), TERMINATED))) {
      client.send(ASK);
      try (RawClient accepted = database.accept()) {
        client.readUntil(END);
        Thread writer = Thread.startVirtualThread(() -> sendAll(client, "x".repeat(size)));
        assertThat(accepted.readToEnd()).hasSize(size);
        writer.join();
        accepted.send("done");
        accepted.endOutput();
        assertThat(client.readToEnd()).isEqualTo("done");
      }
    }
  }

  @ParameterizedTest(name = "H74 a rule for {0}: {1}")
  @CsvSource({"db.test:5432, 200", "other.test:5432, 403"})
  void h74AccessRulesHoldForConnect(String authority, int status) throws Exception {
    AccessRules.Permission permission =
        new AccessRules.Permission.Header(HeaderMatch.exact(":authority", authority));
    assertThat(guarded(Action.ALLOW, permission)).startsWith("HTTP/1.1 " + status);
  }

  @ParameterizedTest(name = "H74 {0} by path")
  @EnumSource(
      value = Action.class,
      names = {"ALLOW", "DENY"})
  void h74WhatNoRuleOfPathsCanJudgeIsRefused(Action action) throws Exception {
    AccessRules.Permission path =
        new AccessRules.Permission.UrlPath(new StringMatch.Prefix("/admin", false));

    assertThat(guarded(action, path)).startsWith("HTTP/1.1 403 ");
    assertThat(guarded(action, new AccessRules.Permission.Not(path))).startsWith("HTTP/1.1 403 ");
  }

  private String guarded(Action action, AccessRules.Permission permission) throws Exception {
    AccessRules rules =
        new AccessRules(
            action,
            Map.of(
                "the rule",
                new AccessRules.Policy(
                    List.of(permission), List.of(new AccessRules.Principal.Any()))));
    HttpConnectionManager http =
        HttpConnectionManagerBuilder.builder(manager("in", "routes"))
            .filters(List.of(new RbacFilter("rbac", rules, null)))
            .build();
    try (RawServer database = new RawServer();
        RawClient client =
            new RawClient(serve(http, UpstreamProtocol.HTTP1, database.port(), TERMINATED))) {
      return client.send(ASK).readUntil(END);
    }
  }
}
