package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.upstream.WireProtocol;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Malformed requests are answered and cut off, and the endpoint hears nothing of them. */
@ExtendWith(LeakWatch.class)
class HostileHttp1Test {
  private static final String HEAD = " / HTTP/1.1\r\nHost: a.test\r\n";
  private static final String NEXT = "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static Vertx vertx;
  private static HttpServer backend;
  private static TestProxy toHttp1;
  private static TestProxy toHttp2;
  private static final Queue<String> recorded = new ConcurrentLinkedQueue<>();

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
    backend =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
            .requestHandler(
                request -> {
                  recorded.add(request.method() + " " + request.path());
                  request.body().onSuccess(b -> recorded.add("complete " + request.path()));
                  request.body().onSuccess(b -> request.response().end("ok"));
                })
            .listen(0)
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
    toHttp1 = TestProxy.to(vertx, false, WireProtocol.HTTP1, backend.actualPort());
    toHttp2 = TestProxy.to(vertx, false, WireProtocol.HTTP2, backend.actualPort());
  }

  @AfterAll
  static void stop() {
    toHttp1.close();
    toHttp2.close();
    TestProxy.close(vertx);
  }

  @BeforeEach
  void forget() {
    recorded.clear();
  }

  @Test
  void h10BytesBeyondAsciiPassAsTheyAre() throws Exception {
    try (RawClient client = new RawClient(toHttp1.port())) {
      client.send("GET" + HEAD + "x-bytes: \u00e4\u00ff\r\nConnection: close\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ").endsWith("ok");
    }
  }

  @Test
  void h14FramingAndIdentityInTrailersAreDropped() throws Exception {
    try (RawClient client = new RawClient(toHttp1.port())) {
      client.send(
          "POST"
              + HEAD
              + "Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
              + "Content-Length: 5\r\nHost: evil\r\nAuthorization: x\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void h15AnEmptyLineBeforeTheRequestIsTolerated() throws Exception {
    try (RawClient client = new RawClient(toHttp1.port())) {
      client.send("\r\nGET" + HEAD + "Connection: close\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void h16AGetWithABodyIsFramedExactly() throws Exception {
    for (TestProxy proxy : new TestProxy[] {toHttp1, toHttp2}) {
      try (RawClient client = new RawClient(proxy.port())) {
        client.send("GET" + HEAD + "Content-Length: " + NEXT.length() + "\r\n\r\n" + NEXT);
        client.readUntil("ok");
      }
    }
    assertThat(recorded).isNotEmpty().noneMatch(r -> r.contains("smuggled"));
  }

  @Test
  void h19AnUpgradeToHttp2InTheClearIsIgnored() throws Exception {
    try (RawClient client = new RawClient(toHttp1.port())) {
      client.send(
          "GET"
              + HEAD
              + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
              + "HTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n");
      assertThat(client.readToEnd()).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrder() throws Exception {
    for (TestProxy proxy : new TestProxy[] {toHttp1, toHttp2}) {
      recorded.clear();
      try (RawClient client = new RawClient(proxy.port())) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < 50; i++) {
          all.append("GET /").append(i).append(" HTTP/1.1\r\nHost: a.test\r\n\r\n");
        }
        all.append("GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
        String answers = client.send(all.toString()).readToEnd();

        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(52);
        assertThat(recorded.stream().filter(r -> r.startsWith("GET")).toList())
            .startsWith("GET /0", "GET /1")
            .endsWith("GET /49", "GET /last");
      }
    }
  }

  @Test
  void anUploadThatIsCutShortNeverLooksComplete() throws Exception {
    for (TestProxy proxy : new TestProxy[] {toHttp1, toHttp2}) {
      try (RawClient client = new RawClient(proxy.port())) {
        client.send("POST /cut HTTP/1.1\r\nHost: a.test\r\nContent-Length: 9\r\n\r\nabc");
        await().until(() -> recorded.contains("POST /cut"));
      }
      await().until(() -> proxy.accepted.stream().allMatch(c -> c.activeStreams() == 0));
      assertThat(recorded).doesNotContain("complete /cut");
      recorded.clear();
    }
  }
}
