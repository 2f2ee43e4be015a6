package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Client.await;
import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.Http1Settings;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Handler;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Interim answers (1xx) belong to client and endpoint: the proxy passes them on, within bounds. */
@ParameterizedClass(name = "over mTLS: {0}")
@ValueSource(booleans = {false, true})
class InterimTest {
  private static final String PAIRS =
      """
      false, HTTP1
      false, HTTP2
      true, HTTP1
      true, HTTP2
      """;
  private static final TestCa CA = new TestCa("mesh root");
  private static final TestCa.Issued APP = CA.workload("shop", "app");
  private static final TestCa.Issued CALLER = CA.workload("shop", "caller");

  private final boolean mtls;
  private Mesh mesh;

  /** Held for as long as its calls: Vert.x closes a client that nobody refers to any more. */
  private Client secured;

  /**
   * @param mtls whether every connection is mutual TLS
   */
  InterimTest(boolean mtls) {
    this.mtls = mtls;
  }

  @BeforeEach
  void start() {
    mesh = new Mesh();
    Tls.identify(mesh.secrets, CA.workload("shop", "proxy"), CA);
  }

  @AfterEach
  void stop() {
    mesh.close();
  }

  private Client client(boolean http2) {
    if (!mtls) {
      return http2 ? mesh.h2 : mesh.h1;
    }
    HttpVersion version = http2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    secured = new Client(mesh.outside, Tls.client(version, CALLER, CA));
    return secured;
  }

  private RawClient client() throws IOException {
    return mtls ? RawClient.tls(new TlsPeer(CALLER, CA), mesh.port()) : new RawClient(mesh.port());
  }

  private RawServer endpoint() throws IOException {
    return new RawServer(mtls ? new TlsPeer(APP, CA) : null);
  }

  private Backend backend(Handler<HttpServerRequest> handler) {
    HttpServerOptions options = mtls ? Tls.server(APP, CA) : new HttpServerOptions();
    return Backend.start(mesh.outside, options, handler);
  }

  private void serve(UpstreamProtocol protocol, int port) {
    UpstreamTls up =
        mtls
            ? Tls.upstream(
                "spiffe://weft.local/ns/shop/sa/app",
                "app.shop",
                protocol == UpstreamProtocol.HTTP2 ? "h2" : "http/1.1")
            : null;
    mesh.apply(
        config(
            List.of(
                listener(
                    "in",
                    List.of(),
                    chain(
                        "",
                        ChainMatch.ANY,
                        mtls ? Tls.downstream("h2", "http/1.1") : null,
                        manager("in", "routes")))),
            all("c"),
            new ClusterConfig(
                cluster("c", protocol, up, Thresholds.DEFAULTS, null), endpoints("c", port))));
  }

  @ParameterizedTest
  @CsvSource(textBlock = PAIRS)
  void theEndpointSaysWhetherToGoOn(boolean down, UpstreamProtocol up) {
    Queue<String> events = new ConcurrentLinkedQueue<>();
    try (Backend backend =
        backend(
            request -> {
              events.add("expects " + request.getHeader("expect"));
              request
                  .body()
                  .onSuccess(body -> events.add("body " + body))
                  .onSuccess(body -> request.response().end("ok"));
              mesh.outside.setTimer(
                  20,
                  t -> {
                    events.add("continue");
                    request.response().writeContinue();
                  });
            })) {
      serve(up, backend.port());

      HttpClientResponse response =
          await(
              client(down)
                  .request(mesh.port(), HttpMethod.POST, "/")
                  .compose(
                      request -> {
                        request
                            .putHeader("expect", "100-continue")
                            .putHeader("content-length", "4");
                        request.continueHandler(go -> request.end("text"));
                        request.sendHead();
                        return request.response();
                      }));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(events).containsExactly("expects 100-continue", "continue", "body text");
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = PAIRS)
  void earlyHintsReachTheClient(boolean down, UpstreamProtocol up) {
    try (Backend backend =
        backend(
            request ->
                request
                    .response()
                    .writeEarlyHints(MultiMap.caseInsensitiveMultiMap().add("link", "</a.css>"))
                    .onSuccess(sent -> request.response().end("ok")))) {
      serve(up, backend.port());
      Queue<String> hints = new ConcurrentLinkedQueue<>();

      HttpClientResponse response =
          await(
              client(down)
                  .request(mesh.port(), HttpMethod.GET, "/")
                  .compose(
                      request ->
                          request.earlyHintsHandler(head -> hints.add(head.get("link"))).send()));

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(hints).containsExactly("</a.css>");
    }
  }

  @ParameterizedTest
  @CsvSource({"false", "true"})
  void h17AFinalAnswerInsteadOf100EndsBothConnections(boolean clientSendsOn) throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = connect(UpstreamProtocol.HTTP1, endpoint.port())) {
      client.send(
          "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 30\r\n\r\n");
      try (RawClient first = endpoint.accept()) {
        assertThat(first.readUntil("\r\n\r\n")).contains("expect: 100-continue\r\n");
        first.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
        if (clientSendsOn) {
          // A client that takes the answer for the end of its request, and one that does not.
          client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
        }

        assertThat(client.readToEnd())
            .startsWith("HTTP/1.1 413 ")
            .containsOnlyOnce("HTTP/1.1")
            .contains("connection: close\r\n")
            .endsWith("no");
        assertThat(first.readToEnd()).as("after the head").isIn("", "<reset>");
      }
      try (RawClient second = client()) {
        second.send("GET /second HTTP/1.1\r\nHost: a\r\n\r\n");
        try (RawClient fresh = endpoint.accept()) {
          assertThat(fresh.readUntil("\r\n\r\n")).startsWith("GET /second ");
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(textBlock = PAIRS)
  void aFinalAnswerInsteadOf100ReachesTheClient(boolean down, UpstreamProtocol up) {
    AtomicInteger ended = new AtomicInteger();
    try (Backend backend =
        backend(
            request -> {
              // The rest of the request never comes: its connection, or its stream, has ended.
              request.exceptionHandler(e -> ended.incrementAndGet());
              request.connection().closeHandler(closed -> ended.incrementAndGet());
              request.response().setStatusCode(413).end("no");
            })) {
      serve(up, backend.port());

      HttpClientResponse response =
          await(
              client(down)
                  .request(mesh.port(), HttpMethod.POST, "/")
                  .compose(
                      request -> {
                        request
                            .putHeader("expect", "100-continue")
                            .putHeader("content-length", "4");
                        request.sendHead();
                        return request.response();
                      }));

      assertThat(response.statusCode()).isEqualTo(413);
      await().until(() -> ended.get() > 0);
    }
  }

  private RawClient connect(UpstreamProtocol up, int endpoint) throws Exception {
    serve(up, endpoint);
    return client();
  }

  @Test
  void anExpectationWithoutABodyIsNotPassedOn() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = connect(UpstreamProtocol.HTTP1, endpoint.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        assertThat(accepted.readUntil("\r\n\r\n")).doesNotContain("expect:");
      }
    }
  }

  @Test
  void anInterimAnswerOfAnyKindPassesWithoutWhatBelongsToAConnection() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = connect(UpstreamProtocol.HTTP1, endpoint.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil("\r\n\r\n");
        accepted.send(
            "HTTP/1.1 102 Processing\r\nA: b\r\nConnection: x\r\nX: y\r\nContent-Length: 9\r\n\r\n");

        assertThat(client.readUntil("\r\n\r\n"))
            .isEqualTo("HTTP/1.1 102 Processing\r\na: b\r\n\r\n");
        accepted.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(client.readUntil("ok")).startsWith("HTTP/1.1 200 ");
      }
    }
  }

  @Test
  void h21EndlessInterimAnswersOverHttp1Are502() throws Exception {
    try (RawServer endpoint = endpoint();
        RawClient client = connect(UpstreamProtocol.HTTP1, endpoint.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil("\r\n\r\n");
        accepted.send("HTTP/1.1 100 Continue\r\n\r\n".repeat(17));

        String answer = client.readToEnd();
        assertThat(answer.split("HTTP/1.1 100 ", -1)).hasSize(17);
        assertThat(answer).contains("HTTP/1.1 502 ");
        assertThat(accepted.readToEnd()).isIn("", "<reset>");
      }
    }
  }

  @Test
  void h21EndlessInterimAnswersOverHttp2Are502() throws Exception {
    try (RawHttp2 endpoint =
            RawHttp2.server(mesh.outside, new Http2Settings(), mtls ? new TlsPeer(APP, CA) : null);
        RawClient client = connect(UpstreamProtocol.HTTP2, endpoint.port())) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
      await().until(() -> endpoint.frames.contains("3 headers / end"));
      endpoint.write(
          (w, c) -> {
            for (int i = 0; i < 17; i++) {
              w.writeHeaders(
                  c, 3, new DefaultHttp2Headers().status("103"), 0, false, c.newPromise());
            }
          });

      String answer = client.readToEnd();
      assertThat(answer.split("HTTP/1.1 103 ", -1)).hasSize(17);
      assertThat(answer).contains("HTTP/1.1 502 ");
      await().until(() -> endpoint.frames.contains("3 reset 1"));
    }
  }

  @Test
  void anHttp10ClientSeesNone() throws Exception {
    var settings =
        new dev.weft.proxy.stream.ServerSettings(
            8192,
            100,
            100,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            false,
            new Http1Settings(true, "", false, false));
    try (RawServer endpoint = new RawServer();
        TestProxy proxy =
            TestProxy.to(
                mesh.outside,
                false,
                WireProtocol.HTTP1,
                endpoint.port(),
                settings,
                TestProxy.CLIENT);
        RawClient client = new RawClient(proxy.port())) {
      client.send("GET / HTTP/1.0\r\nHost: a\r\n\r\n");
      try (RawClient accepted = endpoint.accept()) {
        accepted.readUntil("\r\n\r\n");
        accepted.send("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n");
        accepted.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        assertThat(client.readToEnd()).startsWith("HTTP/1.0 200 ").doesNotContain("103");
      }
    }
  }
}
