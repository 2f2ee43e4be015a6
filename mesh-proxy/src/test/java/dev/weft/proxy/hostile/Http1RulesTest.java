package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RecordingUpstream;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/1.1 that is odd and allowed: it arrives in one meaning only. */
class Http1RulesTest {
  private static final String END = "\r\n\r\n";
  private static final String HOST = " HTTP/1.1\r\nHost: a.test\r\n";
  private static final String CLOSE = "Connection: close\r\n";
  private static final String NEXT = "GET /smuggled" + HOST + "\r\n";
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  static Stream<Pair> fromHttp1() {
    return Pair.fromHttp1();
  }

  static Stream<Pair> http1Only() {
    return Pair.fromHttp1().filter(pair -> !pair.up2);
  }

  private static String answer(Pair pair, String bytes) throws Exception {
    try (RawClient client = pairs.http1(pair)) {
      return client.send(bytes).readToEnd();
    }
  }

  @ParameterizedTest(name = "H10 bytes beyond ASCII pass both ways as they are, {0}")
  @MethodSource("fromHttp1")
  void h10(Pair pair) throws Exception {
    String bytes = "\u00c3\u00a4\u00ff\u0080";
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(
        arrival -> {
          arrival.head(200, "x-back", bytes, "content-length", "0");
          arrival.data("", true);
        });

    String answer = answer(pair, "GET /bytes" + HOST + CLOSE + "x-bytes: " + bytes + END);

    assertThat(upstream.arrival("/bytes").header("x-bytes")).isEqualTo(bytes);
    assertThat(answer).startsWith("HTTP/1.1 200 ").contains("x-back: " + bytes + "\r\n");
  }

  @ParameterizedTest(name = "H14 framing and identity in trailers are dropped, {0}")
  @MethodSource("fromHttp1")
  void h14(Pair pair) throws Exception {
    String answer =
        answer(
            pair,
            "POST /trailers"
                + HOST
                + CLOSE
                + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
                + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: evil\r\n"
                + "Authorization: x\r\nX-Forwarded-Client-Cert: y\r\nX-Sum: 1"
                + END);

    assertThat(answer).startsWith("HTTP/1.1 200 ");
    Arrival arrived = pairs.upstream(pair).arrival("/trailers");
    assertThat(arrived.trailers()).containsExactly(Map.entry("x-sum", "1"));
    assertThat(arrived.body()).isEqualTo("a");
  }

  @ParameterizedTest(name = "H15 an empty line before the request is tolerated, {0}")
  @MethodSource("fromHttp1")
  void h15(Pair pair) throws Exception {
    assertThat(answer(pair, "\r\nGET /after" + HOST + CLOSE + "\r\n")).startsWith("HTTP/1.1 200 ");
    assertThat(pairs.upstream(pair).paths()).containsExactly("/after");
  }

  @ParameterizedTest(name = "H16 a GET with a body is framed exactly, {0}")
  @MethodSource("fromHttp1")
  void h16(Pair pair) throws Exception {
    String length = "Content-Length: " + NEXT.length() + "\r\n";
    assertThat(answer(pair, "GET /body" + HOST + CLOSE + length + "\r\n" + NEXT))
        .startsWith("HTTP/1.1 200 ")
        .containsOnlyOnce("HTTP/1.1 ");
    String chunk = Integer.toHexString(NEXT.length()) + "\r\n" + NEXT + "\r\n0\r\n\r\n";
    assertThat(
            answer(
                pair, "GET /chunk" + HOST + CLOSE + "Transfer-Encoding: chunked\r\n\r\n" + chunk))
        .startsWith("HTTP/1.1 200 ")
        .containsOnlyOnce("HTTP/1.1 ");

    assertThat(pairs.upstream(pair).paths()).containsExactly("/body", "/chunk");
    assertThat(pairs.upstream(pair).arrivals()).allMatch(a -> a.body().equals(NEXT));
  }

  @ParameterizedTest(name = "H17 a final answer instead of 100 ends both connections, {0}")
  @MethodSource("fromHttp1")
  void h17(Pair pair) throws Exception {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (arrival.path().equals("/expects")) {
            arrival.head(413, "content-length", "2");
          }
        });
    try (RawClient client = pairs.http1(pair)) {
      client.send("POST /expects" + HOST + "Expect: 100-Continue \r\nContent-Length: 30" + END);
      Arrival refused = upstream.arrival("/expects");
      String head = client.readUntil(END);
      // A client that takes the answer for the end of its request, and begins the next.
      client.send(NEXT);
      // What came to the proxy before these, it has read when they are answered.
      for (int i = 0; i < 4; i++) {
        try (RawClient other = pairs.http1(pair)) {
          String others = other.send("GET /other" + HOST + CLOSE + "\r\n").readToEnd();
          assertThat(others).startsWith("HTTP/1.1 200 ");
        }
      }
      refused.data("no", true);

      assertThat(head)
          .startsWith("HTTP/1.1 413 ")
          .containsOnlyOnce("HTTP/1.1")
          .contains("connection: close\r\n");
      assertThat(client.readToEnd()).isEqualTo("no");
      await("the end of the try").until(() -> refused.cut() != null);
      assertThat(refused.body()).isEmpty();
    }
    assertThat(answer(pair, "GET /later" + HOST + CLOSE + "\r\n")).startsWith("HTTP/1.1 200 ");
    if (!pair.up2) {
      assertThat(upstream.arrival("/later").connection)
          .isNotEqualTo(upstream.arrival("/expects").connection);
    }
    assertThat(upstream.paths())
        .containsExactly("/expects", "/other", "/other", "/other", "/other", "/later");
  }

  @ParameterizedTest(name = "H19 an upgrade to HTTP/2 in the clear is ignored, {0}")
  @MethodSource("fromHttp1")
  void h19(Pair pair) throws Exception {
    assertThat(
            answer(
                pair,
                "GET /h2c"
                    + HOST
                    + "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n"
                    + "HTTP2-Settings: AAMAAABkAAQAAP__"
                    + END))
        .startsWith("HTTP/1.1 200 ");
    Arrival arrived = pairs.upstream(pair).arrival("/h2c");
    assertThat(arrived.headers("upgrade")).isEmpty();
    assertThat(arrived.headers("http2-settings")).isEmpty();
  }

  @ParameterizedTest(name = "H20 what was pipelined behind an error is never executed, {0}")
  @MethodSource("fromHttp1")
  void h20(Pair pair) throws Exception {
    String answers =
        answer(
            pair, "GET /good" + HOST + "\r\n" + "GET /bad" + HOST + "Host: b.test\r\n\r\n" + NEXT);

    assertThat(answers).startsWith("HTTP/1.1 200 ").contains("okHTTP/1.1 400 ");
    assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(3);
    pairs.assertServes(pair);
    assertThat(pairs.upstream(pair).paths()).containsExactly("/good", "/healthy");
  }

  @ParameterizedTest(name = "H20 pipelined requests are answered in order, {0}")
  @MethodSource("fromHttp1")
  void h20InOrder(Pair pair) throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      all.append("GET /").append(i).append(HOST).append("\r\n");
    }
    all.append("GET /last").append(HOST).append(CLOSE).append("\r\n");

    assertThat(answer(pair, all.toString()).split("HTTP/1.1 200 OK", -1)).hasSize(22);
    assertThat(pairs.upstream(pair).paths())
        .hasSize(21)
        .startsWith("/0", "/1", "/2")
        .endsWith("/19", "/last");
  }

  @ParameterizedTest(name = "H45 a nominated header is dropped and our own value set, {0}")
  @MethodSource("fromHttp1")
  void h45(Pair pair) throws Exception {
    answer(
        pair,
        "GET /nominated"
            + HOST
            + "X-Forwarded-Proto: gopher\r\nX-Mine: 1\r\nX-Forwarded-Client-Cert: Hash=1\r\n"
            + "Connection: close, x-forwarded-proto, X-Mine, x-forwarded-client-cert, host"
            + END);
    Arrival arrived = pairs.upstream(pair).arrival("/nominated");
    assertThat(arrived.header(":authority")).isEqualTo("a.test");
    assertThat(arrived.header("x-forwarded-proto")).isEqualTo(pair.mtls ? "https" : "http");
    assertThat(arrived.headers("x-mine")).isEmpty();
    assertThat(arrived.headers("connection")).isEmpty();
    assertThat(arrived.headers("x-forwarded-client-cert")).isEmpty();
  }

  @ParameterizedTest(name = "H36 an upload that is cut short never looks complete, {0}")
  @MethodSource("fromHttp1")
  void anUploadThatIsCutShort(Pair pair) throws Exception {
    for (String framing :
        new String[] {
          "Content-Length: 9\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc"
        }) {
      pairs.forget();
      try (RawClient client = pairs.http1(pair)) {
        client.send("POST /cut" + HOST + framing);
        await("the body").until(() -> pairs.upstream(pair).arrival("/cut").body().equals("abc"));
      }
      Arrival cut = pairs.upstream(pair).arrival("/cut");
      await("its end").until(() -> cut.cut() != null);
      assertThat(cut.complete()).isFalse();
    }
  }

  @ParameterizedTest(name = "H19 what is sent before an upgrade is declined goes nowhere, {0}")
  @MethodSource("http1Only")
  void h19Early(Pair pair) throws Exception {
    // No upgrade is configured here: it is refused before an endpoint hears of it.
    String ask = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    try (RawServer endpoint = new RawServer(pairs.endpoint(pair))) {
      pairs.direct(pair, endpoint.port());
      assertThat(answer(pair, "GET /chat" + HOST + ask + NEXT))
          .startsWith("HTTP/1.1 403 ")
          .containsOnlyOnce("HTTP/1.1");
    } finally {
      pairs.redirect(pair);
    }
    pairs.assertOnlyHealthyArrives(pair);
  }
}
