package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.upstream.WireProtocol;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

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

  static Stream<Arguments> rejectedHeads() {
    String tooLong = "x".repeat(61 * 1024);
    return Stream.of(
        Arguments.of(
            "H01",
            400,
            "POST" + HEAD + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H01 turned round",
            400,
            "POST" + HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 leading comma",
            400,
            "POST" + HEAD + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 trailing comma",
            400,
            "POST" + HEAD + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 xchunked", 400, "POST" + HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 two lines",
            400,
            "POST"
                + HEAD
                + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 twice",
            400,
            "POST" + HEAD + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 vertical tab",
            400,
            "POST" + HEAD + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 NUL", 400, "POST" + HEAD + "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 gzip", 501, "POST" + HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H04 two lines",
            400,
            "POST" + HEAD + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        Arguments.of("H04 list", 400, "POST" + HEAD + "Content-Length: 3, 3\r\n\r\nabc"),
        Arguments.of("H05 plus", 400, "POST" + HEAD + "Content-Length: +5\r\n\r\nabcde"),
        Arguments.of("H05 minus", 400, "POST" + HEAD + "Content-Length: -1\r\n\r\n"),
        Arguments.of("H05 hexadecimal", 400, "POST" + HEAD + "Content-Length: 0x5\r\n\r\nabcde"),
        Arguments.of(
            "H05 2^64+3", 400, "POST" + HEAD + "Content-Length: 18446744073709551619\r\n\r\nabc"),
        Arguments.of(
            "H05 2^63", 400, "POST" + HEAD + "Content-Length: 9223372036854775808\r\n\r\nabc"),
        Arguments.of("H05 empty", 400, "POST" + HEAD + "Content-Length:\r\n\r\n"),
        Arguments.of(
            "H06 HTTP/1.0",
            426,
            "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of("H07 bare LF", 400, "GET / HTTP/1.1\nHost: a.test\n\n"),
        Arguments.of("H07 bare LF in the head", 400, "GET" + HEAD + "a: b\n\r\n"),
        Arguments.of("H07 bare CR", 400, "GET" + HEAD + "a: b\rc: d\r\n\r\n"),
        Arguments.of("H08 folded", 400, "GET" + HEAD + "a: b\r\n c\r\n\r\n"),
        Arguments.of("H09 blank before the colon", 400, "GET" + HEAD + "a : b\r\n\r\n"),
        Arguments.of("H09 leading blank", 400, "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n"),
        Arguments.of("H09 no colon", 400, "GET" + HEAD + "abc\r\n\r\n"),
        Arguments.of("H09 empty name", 400, "GET" + HEAD + ": b\r\n\r\n"),
        Arguments.of("H10 NUL in a value", 400, "GET" + HEAD + "a: b\0c\r\n\r\n"),
        Arguments.of("H10 control in a value", 400, "GET" + HEAD + "a: b\u0001\r\n\r\n"),
        Arguments.of("H10 DEL in a value", 400, "GET" + HEAD + "a: b\u007f\r\n\r\n"),
        Arguments.of("H10 control in a name", 400, "GET" + HEAD + "a\u0002: b\r\n\r\n"),
        Arguments.of("H15 control before the request line", 400, "\0GET" + HEAD + "\r\n"),
        Arguments.of("H15 escape before the request line", 400, "\u001bGET" + HEAD + "\r\n"),
        Arguments.of(
            "H17 expectation",
            417,
            "POST" + HEAD + "Expect: 100-continued\r\nContent-Length: 3\r\n\r\nabc"),
        Arguments.of(
            "H17 two expectations",
            417,
            "POST"
                + HEAD
                + "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"),
        Arguments.of(
            "H18 contradiction", 400, "GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"),
        Arguments.of("H18 two hosts", 400, "GET" + HEAD + "Host: b.test\r\n\r\n"),
        Arguments.of("H18 same host twice", 400, "GET" + HEAD + "Host: a.test\r\n\r\n"),
        Arguments.of("H18 no host", 400, "GET / HTTP/1.1\r\na: b\r\n\r\n"),
        Arguments.of("H18 at sign", 400, "GET / HTTP/1.1\r\nHost: a@b.test\r\n\r\n"),
        Arguments.of("H18 slash", 400, "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n"),
        Arguments.of("H18 comma", 400, "GET / HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n"),
        Arguments.of(
            "H19 CONNECT", 404, "CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n" + NEXT),
        Arguments.of(
            "H19 upgrade with a body",
            400,
            "GET"
                + HEAD
                + "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc"
                + NEXT),
        Arguments.of("H22 long line", 414, "GET /" + tooLong),
        Arguments.of("H22 long header", 431, "GET" + HEAD + "a: " + tooLong),
        Arguments.of("H22 101 headers", 431, "GET" + HEAD + "a: b\r\n".repeat(100) + "\r\n"),
        Arguments.of("H40 fragment", 400, "GET /a#b HTTP/1.1\r\nHost: a.test\r\n\r\n"),
        Arguments.of("H43 blank in the path", 400, "GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n"),
        Arguments.of("H43 no slash", 400, "GET a HTTP/1.1\r\nHost: a.test\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejectedHeads")
  void aMalformedHeadIsAnsweredAndNothingAfterItIsServed(String name, int status, String bytes)
      throws Exception {
    for (TestProxy proxy : new TestProxy[] {toHttp1, toHttp2}) {
      try (RawClient client = new RawClient(proxy.port())) {
        String answer = client.send(bytes + NEXT).readToEnd();

        assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("connection: close");
        assertThat(answer).as("one answer only").containsOnlyOnce("HTTP/1.1 ");
        assertThat(recorded).as("what the endpoint saw").isEmpty();
      }
    }
  }

  static Stream<Arguments> rejectedBodies() {
    String chunked = "POST" + HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        Arguments.of("H11 0x", chunked + "0x3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H11 plus", chunked + "+3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H11 underscore", chunked + "1_0\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H11 empty", chunked + "\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H11 overflow", chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H11 blank", chunked + "3 \r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H12 bare LF", chunked + "3;a\nabc\r\n0\r\n\r\n"),
        Arguments.of("H12 quoted line end", chunked + "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H12 over 4 KiB", chunked + "3;" + "a".repeat(5000) + "\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("H13 wrong bytes", chunked + "3\r\nabcXX0\r\n\r\n"),
        Arguments.of("H13 no line end", chunked + "3\r\nabc0\r\n\r\n"),
        Arguments.of("H02 short chunk", chunked + "5\r\nab\r\n0\r\n\r\n" + "GET "));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("rejectedBodies")
  void aMalformedBodyEndsTheRequestAndNeverLooksComplete(String name, String bytes)
      throws Exception {
    for (TestProxy proxy : new TestProxy[] {toHttp1, toHttp2}) {
      try (RawClient client = new RawClient(proxy.port())) {
        String answer = client.send(bytes + NEXT).readToEnd();

        assertThat(answer).as(bytes).startsWith("HTTP/1.1 400 ");
        assertThat(recorded).noneMatch(r -> r.startsWith("complete") || r.contains("smuggled"));
      }
    }
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
