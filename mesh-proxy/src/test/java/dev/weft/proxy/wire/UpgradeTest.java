package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.UpgradeConfig;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket and its like: allowed where the configuration says so, bytes from then on. */
@ParameterizedClass(name = "over mTLS: {0}")
@ValueSource(booleans = {false, true})
class UpgradeTest {
  private static final String ASK =
      "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
          + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  private static final String GRANT =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\n\r\n";
  private static final String END = "\r\n\r\n";
  private static final Duration NO_IDLE = Duration.ZERO;

  private static final TestCa CA = new TestCa("mesh root");
  private static final TestCa.Issued APP = CA.workload("shop", "app");
  private static final TlsPeer ENDPOINT = new TlsPeer(APP, CA);
  private static final TlsPeer CALLER = new TlsPeer(CA.workload("shop", "caller"), CA);

  private final boolean mtls;
  private final Map<String, ProxyConfig> hops = new LinkedHashMap<>();
  private Mesh mesh;

  /** Held for as long as its sockets: Vert.x closes a client that nobody refers to any more. */
  private WebSocketClient webSockets;

  /**
   * @param mtls whether every connection is mutual TLS
   */
  UpgradeTest(boolean mtls) {
    this.mtls = mtls;
  }

  @BeforeEach
  void start() {
    mesh = new Mesh();
    // Where there are several hops, each is the next one's endpoint.
    Tls.identify(mesh.secrets, APP, CA);
    WebSocketClientOptions options =
        new WebSocketClientOptions().setMaxFrameSize(1 << 20).setMaxMessageSize(8 << 20);
    if (mtls) {
      options
          .setSsl(true)
          .setVerifyHost(false)
          .setTrustOptions(Tls.trust(CA))
          .setKeyCertOptions(Tls.key(CA.workload("shop", "caller")));
    }
    webSockets = mesh.outside.createWebSocketClient(options);
  }

  private RawServer endpoint() throws IOException {
    return new RawServer(mtls ? ENDPOINT : null);
  }

  private RawClient client(int port) throws IOException {
    return mtls ? RawClient.tls(CALLER, port) : new RawClient(port);
  }

  private RawHttp2 http2Client(int port) {
    return RawHttp2.client(mesh.outside, port, mtls ? CALLER : null);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private static HttpConnectionManager allowing(String name) {
    return manager(name, name).withUpgrades(UpgradeConfig.WEBSOCKET);
  }

  private static RouteAction to(String cluster, Duration idle, UpgradeConfig... upgrades) {
    return new RouteAction.Forward(
        new ClusterTarget.Single(cluster),
        Duration.ofSeconds(15),
        idle,
        null,
        null,
        null,
        null,
        Priority.DEFAULT,
        List.of(upgrades));
  }

  /** Adds a listener with everything going to one port; those that were added before stay. */
  private int serve(
      HttpConnectionManager manager, RouteAction action, UpstreamProtocol up, int port) {
    return serve(manager, action, up, port, mtls, mtls);
  }

  private int serve(
      HttpConnectionManager manager,
      RouteAction action,
      UpstreamProtocol up,
      int port,
      boolean secureDown,
      boolean secureUp) {
    String name = manager.statPrefix();
    hops.put(
        name,
        new ProxyConfig(
            List.of(
                listener(
                    name,
                    List.of(),
                    chain(
                        "",
                        ChainMatch.ANY,
                        secureDown ? Tls.downstream("h2", "http/1.1") : null,
                        manager))),
            Map.of(name, routes(route(RouteMatch.prefix("/"), action))),
            List.of(
                new ClusterConfig(
                    cluster(name, up, secureUp ? toApp(up) : null, Thresholds.DEFAULTS, null),
                    endpoints(name, port)))));
    var listeners =
        new ArrayList<>(hops.values().stream().flatMap(c -> c.listeners().stream()).toList());
    Map<String, dev.weft.xds.model.RouteConfig> tables = new LinkedHashMap<>();
    hops.values().forEach(c -> tables.putAll(c.routeConfigs()));
    var clusters = hops.values().stream().flatMap(c -> c.clusters().stream()).toList();
    mesh.apply(new ProxyConfig(listeners, tables, clusters));
    return mesh.port(name);
  }

  private static UpstreamTls toApp(UpstreamProtocol up) {
    return Tls.upstream(
        "spiffe://weft.local/ns/shop/sa/app",
        "app.shop",
        up == UpstreamProtocol.HTTP2 ? "h2" : "http/1.1");
  }

  private int serve(UpstreamProtocol up, int port) {
    return serve(allowing("in"), to("in", NO_IDLE), up, port);
  }

  private HttpServer echo(Queue<String> events) {
    HttpServerOptions options =
        (mtls ? Tls.server(APP, CA) : new HttpServerOptions())
            .setMaxWebSocketFrameSize(1 << 20)
            .setMaxWebSocketMessageSize(8 << 20);
    return Client.await(
        mesh.outside
            .createHttpServer(options)
            .webSocketHandler(
                socket -> {
                  events.add("open " + socket.uri());
                  socket.handler(socket::write);
                  socket.textMessageHandler(
                      text -> {
                        if (text.equals("bye")) {
                          socket.close((short) 4001, "as you say");
                        }
                      });
                  socket.closeHandler(closed -> events.add("closed " + socket.closeStatusCode()));
                })
            .requestHandler(request -> request.response().end("plain"))
            .listen(0, "127.0.0.1"));
  }

  /** No HTTP/2 between, one connection of it, and two: that makes all pairs. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void webSocketsPassThroughEveryPair(int http2Hops) {
    Queue<String> events = new ConcurrentLinkedQueue<>();
    int port = echo(events).actualPort();
    for (int i = 0; i <= http2Hops; i++) {
      String name = "hop" + i;
      UpstreamProtocol up = i == 0 ? UpstreamProtocol.HTTP1 : UpstreamProtocol.HTTP2;
      port = serve(allowing(name), to(name, NO_IDLE), up, port);
    }
    WebSocket socket = Client.await(webSockets.connect(port, "127.0.0.1", "/chat?x=y"));
    AtomicLong echoed = new AtomicLong();
    socket.handler(bytes -> echoed.addAndGet(bytes.length()));
    for (int i = 0; i < 8; i++) {
      socket.writeBinaryMessage(Buffer.buffer(new byte[100_000]));
    }
    await().until(() -> echoed.get() == 800_000);

    Queue<Short> codes = new ConcurrentLinkedQueue<>();
    socket.closeHandler(closed -> codes.add(socket.closeStatusCode()));
    socket.writeTextMessage("bye");

    await().until(() -> codes.contains((short) 4001));
    assertThat(events).contains("open /chat?x=y");
    await().until(() -> events.stream().anyMatch(e -> e.startsWith("closed")));
    await().until(() -> mesh.telemetry.lines().stream().anyMatch(line -> line.status() == 101));
  }

  private String answer(int port, String bytes) throws Exception {
    try (RawClient client = client(port)) {
      return client.send(bytes).readToEnd();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"websocket", "websocket, h2c", "h2c, websocket", "other"})
  void h19AnUpgradeThatIsNotConfiguredIs403(String type) throws Exception {
    try (RawServer endpoint = endpoint()) {
      UpgradeConfig[] none = {};
      boolean single = type.equals("websocket");
      HttpConnectionManager http = single ? manager("in", "in") : allowing("in");
      int port = serve(http, to("in", NO_IDLE, none), UpstreamProtocol.HTTP1, endpoint.port());

      assertThat(answer(port, ASK.replace("Upgrade: websocket", "Upgrade: " + type)))
          .startsWith("HTTP/1.1 403 ")
          .contains("connection: close\r\n")
          .containsOnlyOnce("HTTP/1.1");
    }
  }

  @Test
  void aRouteSaysMoreThanItsManager() throws Exception {
    int port = echo(new ConcurrentLinkedQueue<>()).actualPort();
    RouteAction forbids = to("in", NO_IDLE, new UpgradeConfig("WebSocket", false));
    assertThat(answer(serve(allowing("in"), forbids, UpstreamProtocol.HTTP1, port), ASK))
        .startsWith("HTTP/1.1 403 ");

    RouteAction allows = to("in", NO_IDLE, UpgradeConfig.WEBSOCKET);
    int allowed = serve(manager("in", "in"), allows, UpstreamProtocol.HTTP1, port);
    WebSocket socket = Client.await(webSockets.connect(allowed, "127.0.0.1", "/chat"));
    socket.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMA\r\n",
        "Upgrade: websocket\r\n"
      })
  void h19AnUpgradeThatIsNoneForUsIsIgnoredAndNotPassedOn(String headers) throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n");
      try (RawClient accepted = endpoint.accept()) {
        assertThat(accepted.readUntil(END))
            .doesNotContainIgnoringCase("upgrade:")
            .doesNotContainIgnoringCase("http2-settings")
            .doesNotContain("connection:");
        accepted.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(client.readUntil("ok")).startsWith("HTTP/1.1 200 ").doesNotContain("close");
      }
    }
  }

  @Test
  void h19WhatIsSentBeforeAnEndpointDeclinesNeverReachesIt() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send(ASK + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        assertThat(accepted.readUntil(END))
            .startsWith("GET /chat ")
            .contains("upgrade: websocket\r\n", "connection: upgrade\r\n");
        accepted.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");

        assertThat(client.readToEnd())
            .startsWith("HTTP/1.1 200 ")
            .contains("connection: close\r\n")
            .containsOnlyOnce("HTTP/1.1");
        assertThat(accepted.readToEnd()).as("after the head").isIn("", "<reset>");
      }
    }
  }

  @Test
  void whatIsSentEarlyFollowsTheGrant() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send(ASK + "early");
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(GRANT + "hello");

        assertThat(client.readUntil(END))
            .startsWith("HTTP/1.1 101 ")
            .contains("connection: upgrade\r\n", "upgrade: WebSocket\r\n")
            .contains("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        assertThat(accepted.readUntil("early")).isEqualTo("early");
        assertThat(client.readUntil("hello")).isEqualTo("hello");
      }
    }
  }

  /** With mutual TLS between two hops: what TLS peers outside send ends both directions at once. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void eachDirectionEndsForItself(boolean overHttp2) throws Exception {
    try (RawServer endpoint = new RawServer()) {
      RouteAction first = to("first", NO_IDLE);
      int port =
          serve(allowing("first"), first, UpstreamProtocol.HTTP1, endpoint.port(), mtls, false);
      if (overHttp2 || mtls) {
        UpstreamProtocol up = overHttp2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1;
        port = serve(allowing("second"), to("second", NO_IDLE), up, port, false, mtls);
      }
      for (boolean clientFirst : new boolean[] {true, false}) {
        try (RawClient client = new RawClient(port).send(ASK);
            RawClient accepted = endpoint.accept()) {
          accepted.readUntil(END);
          accepted.send(GRANT);
          client.readUntil(END);
          RawClient ending = clientFirst ? client : accepted;
          RawClient last = clientFirst ? accepted : client;

          ending.send("done").endOutput();
          assertThat(last.readToEnd()).isEqualTo("done");
          last.send("still here").endOutput();
          assertThat(ending.readToEnd()).isEqualTo("still here");
        }
      }
    }
  }

  @Test
  void theLossOfOneSideEndsTheOther() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send(ASK);
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(GRANT);
        client.readUntil(END);
        client.abort();
        assertThat(accepted.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @Test
  void anIdleUpgradeIsCut() throws Exception {
    try (RawServer endpoint = endpoint()) {
      RouteAction action = to("in", Duration.ofMillis(300));
      int port = serve(allowing("in"), action, UpstreamProtocol.HTTP1, endpoint.port());
      try (RawClient client = client(port).send(ASK);
          RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(GRANT);
        client.readUntil(END);

        assertThat(client.readToEnd()).isIn("", "<reset>");
        assertThat(accepted.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @Test
  void aClientThatDoesNotReadStopsItsEndpoint() throws Exception {
    long all = 256L << 20;
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send(ASK);
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(GRANT);
        client.readUntil(END);
        AtomicLong sent = new AtomicLong();
        String block = "x".repeat(1 << 16);
        Thread writer =
            Thread.startVirtualThread(
                () -> {
                  try {
                    while (sent.addAndGet(block.length()) < all) {
                      accepted.send(block);
                    }
                  } catch (java.io.IOException e) {
                    sent.set(-1); // the end of the test
                  }
                });

        AtomicLong seen = new AtomicLong();
        await()
            .during(Duration.ofMillis(500))
            .until(() -> sent.get() > 0 && seen.getAndSet(sent.get()) == sent.get());
        assertThat(sent.get()).isLessThan(64L << 20);
        client.abort();
        writer.join(Duration.ofSeconds(10));
        assertThat(sent.get()).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\n"
      })
  void h21AGrantOfSomethingElseIs502(String grant) throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send(ASK);
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(grant);
        assertThat(client.readToEnd()).startsWith("HTTP/1.1 502 ");
      }
    }
  }

  @Test
  void h21AGrantThatNobodyAskedForIs502() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil(END);
        accepted.send(GRANT);
        assertThat(client.readToEnd()).startsWith("HTTP/1.1 502 ");
      }
    }
  }

  @Test
  void anEndpointWithoutExtendedConnectIs503() throws Exception {
    try (RawHttp2 endpoint =
        RawHttp2.server(mesh.outside, new Http2Settings(), mtls ? ENDPOINT : null)) {
      int port = serve(UpstreamProtocol.HTTP2, endpoint.port());
      assertThat(answer(port, ASK)).startsWith("HTTP/1.1 503 ");
      assertThat(endpoint.frames).noneMatch(f -> f.contains("headers"));
    }
  }

  private Http2Headers connect() {
    return new DefaultHttp2Headers(false)
        .method("CONNECT")
        .scheme(mtls ? "https" : "http")
        .path("/chat")
        .authority("a")
        .set(":protocol", "websocket");
  }

  @Test
  void anExtendedConnectIsAWebSocketOfHttp1() throws Exception {
    try (RawServer endpoint = endpoint();
        RawHttp2 client = http2Client(serve(UpstreamProtocol.HTTP1, endpoint.port()))) {
      await().until(() -> client.frames.contains("settings"));
      client.request(3, connect(), false);
      client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("early"), 0, false, c.newPromise()));
      try (RawClient accepted = endpoint.accept()) {
        assertThat(accepted.readUntil(END))
            .startsWith("GET /chat HTTP/1.1\r\n")
            .contains("upgrade: websocket\r\n", "sec-websocket-key: ");
        accepted.send(GRANT + "hello");

        await().until(() -> client.frames.contains("3 headers 200"));
        assertThat(accepted.readUntil("early")).isEqualTo("early");
        await().until(() -> client.frames.contains("3 data hello"));
        client.write((w, c) -> w.writeRstStream(c, 3, 8, c.newPromise()));
        assertThat(accepted.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @Test
  void anExtendedConnectThatWasNotOfferedIsMalformed() throws Exception {
    try (RawServer endpoint = endpoint()) {
      int port =
          serve(manager("in", "in"), to("in", NO_IDLE), UpstreamProtocol.HTTP1, endpoint.port());
      try (RawHttp2 client = http2Client(port)) {
        await().until(() -> client.frames.contains("settings"));
        client.request(3, connect(), false);
        await().until(() -> client.frames.contains("3 reset 1"));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPlainConnectIsNotServed(boolean http2) throws Exception {
    try (RawServer endpoint = endpoint()) {
      int port = serve(UpstreamProtocol.HTTP1, endpoint.port());
      if (!http2) {
        assertThat(answer(port, "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n"))
            .startsWith("HTTP/1.1 404 ");
        return;
      }
      try (RawHttp2 client = http2Client(port)) {
        await().until(() -> client.frames.contains("settings"));
        client.request(
            3, new DefaultHttp2Headers(false).method("CONNECT").authority("a:80"), false);
        await().until(() -> client.frames.contains("3 headers 404 end"));
      }
    }
  }
}
