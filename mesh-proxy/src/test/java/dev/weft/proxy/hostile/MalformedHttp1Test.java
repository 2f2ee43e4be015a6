package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RawClient;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Malformed HTTP/1.1 is answered and cut off, and the endpoint hears nothing of it. */
class MalformedHttp1Test {
  private static final String HEAD = " / HTTP/1.1\r\nHost: a.test\r\n";
  private static final String NEXT = "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n";
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  static Stream<Arguments> heads() {
    String tooLong = "x".repeat(61 * 1024);
    return Pair.times(
        Pair.fromHttp1(),
        List.of(
            new Row(
                "H01",
                400,
                "POST" + HEAD + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H01 turned round",
                400,
                "POST" + HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 leading comma",
                400,
                "POST" + HEAD + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 trailing comma",
                400,
                "POST" + HEAD + "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 xchunked",
                400,
                "POST" + HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 two lines",
                400,
                "POST"
                    + HEAD
                    + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 twice",
                400,
                "POST" + HEAD + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 vertical tab",
                400,
                "POST" + HEAD + "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 NUL", 400, "POST" + HEAD + "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 gzip",
                501,
                "POST" + HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 tab and bytes",
                400,
                "POST" + HEAD + "Transfer-Encoding: chunked\tx\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 parameter",
                400,
                "POST" + HEAD + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 identity",
                400,
                "POST" + HEAD + "Transfer-Encoding: identity\r\n\r\n0\r\n\r\n"),
            new Row("H03 empty", 400, "POST" + HEAD + "Transfer-Encoding:\r\n\r\n0\r\n\r\n"),
            new Row(
                "H03 two lines, one of them gzip",
                400,
                "POST"
                    + HEAD
                    + "Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
            new Row(
                "H04 two lines",
                400,
                "POST" + HEAD + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
            new Row("H04 list", 400, "POST" + HEAD + "Content-Length: 3, 3\r\n\r\nabc"),
            new Row("H05 plus", 400, "POST" + HEAD + "Content-Length: +5\r\n\r\nabcde"),
            new Row("H05 minus", 400, "POST" + HEAD + "Content-Length: -1\r\n\r\n"),
            new Row("H05 hexadecimal", 400, "POST" + HEAD + "Content-Length: 0x5\r\n\r\nabcde"),
            new Row(
                "H05 2^64+3",
                400,
                "POST" + HEAD + "Content-Length: 18446744073709551619\r\n\r\nabc"),
            new Row(
                "H05 2^63", 400, "POST" + HEAD + "Content-Length: 9223372036854775808\r\n\r\nabc"),
            new Row("H05 empty", 400, "POST" + HEAD + "Content-Length:\r\n\r\n"),
            new Row("H05 blank within", 400, "POST" + HEAD + "Content-Length: 1 1\r\n\r\nabc"),
            new Row("H05 comma at its end", 400, "POST" + HEAD + "Content-Length: 3,\r\n\r\nabc"),
            new Row(
                "H06 HTTP/1.0",
                426,
                "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            new Row("H07 bare LF", 400, "GET / HTTP/1.1\nHost: a.test\n\n"),
            new Row("H07 bare LF in the head", 400, "GET" + HEAD + "a: b\n\r\n"),
            new Row("H07 bare CR", 400, "GET" + HEAD + "a: b\rc: d\r\n\r\n"),
            new Row(
                "H07 bare CR in the request line",
                400,
                "GET /\ra HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            new Row("H07 two CRs", 400, "GET" + HEAD + "a: b\r\r\n\r\n"),
            new Row("H08 folded", 400, "GET" + HEAD + "a: b\r\n c\r\n\r\n"),
            new Row("H08 folded with a tab", 400, "GET" + HEAD + "a: b\r\n\tc\r\n\r\n"),
            new Row("H08 folded framing", 400, "GET" + HEAD + "Content-Length:\r\n 3\r\n\r\n"),
            new Row("H09 blank before the colon", 400, "GET" + HEAD + "a : b\r\n\r\n"),
            new Row(
                "H09 blank before the colon of Host",
                400,
                "GET / HTTP/1.1\r\nHost : a.test\r\n\r\n"),
            new Row("H09 tab before the colon", 400, "GET" + HEAD + "a\t: b\r\n\r\n"),
            new Row("H09 leading blank", 400, "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n"),
            new Row("H09 no colon", 400, "GET" + HEAD + "abc\r\n\r\n"),
            new Row("H09 empty name", 400, "GET" + HEAD + ": b\r\n\r\n"),
            new Row("H10 NUL in a value", 400, "GET" + HEAD + "a: b\0c\r\n\r\n"),
            new Row("H10 NUL in a name", 400, "GET" + HEAD + "a\0b: c\r\n\r\n"),
            new Row("H10 byte beyond ASCII in a name", 400, "GET" + HEAD + "a\u00e4: c\r\n\r\n"),
            new Row("H10 NUL in the target", 400, "GET /a\0b HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            new Row("H10 control in a value", 400, "GET" + HEAD + "a: b\u0001\r\n\r\n"),
            new Row("H10 DEL in a value", 400, "GET" + HEAD + "a: b\u007f\r\n\r\n"),
            new Row("H10 control in a name", 400, "GET" + HEAD + "a\u0002: b\r\n\r\n"),
            new Row("H15 control before the request line", 400, "\0GET" + HEAD + "\r\n"),
            new Row("H15 escape before the request line", 400, "\u001bGET" + HEAD + "\r\n"),
            new Row("H15 three empty lines", 400, "\r\n\r\n\r\nGET" + HEAD + "\r\n"),
            new Row(
                "H17 expectation",
                417,
                "POST" + HEAD + "Expect: 100-continued\r\nContent-Length: 3\r\n\r\nabc"),
            new Row(
                "H17 two expectations",
                417,
                "POST"
                    + HEAD
                    + "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc"),
            new Row(
                "H18 contradiction", 400, "GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            new Row("H18 two hosts", 400, "GET" + HEAD + "Host: b.test\r\n\r\n"),
            new Row("H18 same host twice", 400, "GET" + HEAD + "Host: a.test\r\n\r\n"),
            new Row("H18 no host", 400, "GET / HTTP/1.1\r\na: b\r\n\r\n"),
            new Row("H18 at sign", 400, "GET / HTTP/1.1\r\nHost: a@b.test\r\n\r\n"),
            new Row("H18 slash", 400, "GET / HTTP/1.1\r\nHost: a.test/x\r\n\r\n"),
            new Row("H18 comma", 400, "GET / HTTP/1.1\r\nHost: a.test,b.test\r\n\r\n"),
            new Row("H18 blank", 400, "GET / HTTP/1.1\r\nHost: a.test b.test\r\n\r\n"),
            new Row("H18 empty", 400, "GET / HTTP/1.1\r\nHost: \r\n\r\n"),
            new Row("H18 empty port", 400, "GET / HTTP/1.1\r\nHost: a.test:\r\n\r\n"),
            new Row("H18 two dots", 400, "GET / HTTP/1.1\r\nHost: a.test..\r\n\r\n"),
            new Row("H18 empty label", 400, "GET / HTTP/1.1\r\nHost: a..test\r\n\r\n"),
            new Row("H18 port that is no number", 400, "GET / HTTP/1.1\r\nHost: a.test:8o\r\n\r\n"),
            new Row("H18 port beyond 65535", 400, "GET / HTTP/1.1\r\nHost: a.test:65536\r\n\r\n"),
            new Row("H18 two ports", 400, "GET / HTTP/1.1\r\nHost: a.test:80:80\r\n\r\n"),
            new Row("H18 only a port", 400, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"),
            new Row("H18 open bracket", 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"),
            new Row("H18 bytes after a bracket", 400, "GET / HTTP/1.1\r\nHost: [::1]a\r\n\r\n"),
            new Row("H18 backslash", 400, "GET / HTTP/1.1\r\nHost: a\\\\b\r\n\r\n"),
            new Row(
                "H19 CONNECT", 404, "CONNECT a.test:80 HTTP/1.1\r\nHost: a.test:80\r\n\r\n" + NEXT),
            new Row(
                "H19 upgrade with a body",
                400,
                "GET"
                    + HEAD
                    + "Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc"
                    + NEXT),
            new Row("H22 long line", 414, "GET /" + tooLong),
            new Row("H22 long header", 431, "GET" + HEAD + "a: " + tooLong),
            new Row("H22 101 headers", 431, "GET" + HEAD + "a: b\r\n".repeat(100) + "\r\n"),
            new Row("H22 long method", 414, "x".repeat(61 * 1024)),
            new Row(
                "H22 many bytes in small headers",
                431,
                "GET" + HEAD + ("a: " + "x".repeat(1021) + "\r\n").repeat(60) + "\r\n"),
            new Row("H43 fragment", 400, "GET /a#b HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            new Row("H43 blank in the path", 400, "GET /a b HTTP/1.1\r\nHost: a.test\r\n\r\n"),
            new Row("H43 no slash", 400, "GET a HTTP/1.1\r\nHost: a.test\r\n\r\n")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("heads")
  void aMalformedHeadIsAnsweredAndNothingAfterItIsServed(
      String name, Pair pair, int status, String bytes) throws Exception {
    try (RawClient client = pairs.http1(pair)) {
      String answer = client.send(bytes + NEXT).readToEnd();

      assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("connection: close");
      assertThat(answer).as("one answer only").containsOnlyOnce("HTTP/1.1 ");
    }
    pairs.assertOnlyHealthyArrives(pair);
  }

  static Stream<Arguments> bodies() {
    String chunked = "POST" + HEAD + "Transfer-Encoding: chunked\r\n\r\n";
    return Pair.times(
        Pair.fromHttp1(),
        List.of(
            new Row("H11 0x", 400, chunked + "0x3\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 plus", 400, chunked + "+3\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 underscore", 400, chunked + "1_0\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 empty", 400, chunked + "\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 overflow", 400, chunked + "10000000000000003\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 blank", 400, chunked + "3 \r\nabc\r\n0\r\n\r\n"),
            new Row("H11 minus", 400, chunked + "-3\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 too many digits", 400, chunked + "0000000000000003\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 tab", 400, chunked + "3\t\r\nabc\r\n0\r\n\r\n"),
            new Row("H11 leading blank", 400, chunked + " 3\r\nabc\r\n0\r\n\r\n"),
            new Row("H12 bare LF", 400, chunked + "3;a\nabc\r\n0\r\n\r\n"),
            new Row("H12 quoted line end", 400, chunked + "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"),
            new Row(
                "H12 over 4 KiB", 400, chunked + "3;" + "a".repeat(5000) + "\r\nabc\r\n0\r\n\r\n"),
            new Row(
                "H12 line end within quotes", 400, chunked + "3;a=\"\r\n\"\r\nabc\r\n0\r\n\r\n"),
            new Row("H12 NUL", 400, chunked + "3;a\0b\r\nabc\r\n0\r\n\r\n"),
            new Row("H13 wrong bytes", 400, chunked + "3\r\nabcXX0\r\n\r\n"),
            new Row("H13 no line end", 400, chunked + "3\r\nabc0\r\n\r\n"),
            new Row("H13 bare LF", 400, chunked + "3\r\nabc\n0\r\n\r\n"),
            new Row("H13 bare CR", 400, chunked + "3\r\nabc\r0\r\n\r\n"),
            new Row("H07 bare LF in the trailers", 400, chunked + "3\r\nabc\r\n0\r\na: b\n\r\n"),
            new Row("H08 folded trailer", 400, chunked + "3\r\nabc\r\n0\r\na: b\r\n c\r\n\r\n"),
            new Row("H09 trailer without a colon", 400, chunked + "3\r\nabc\r\n0\r\nabc\r\n\r\n"),
            new Row("H02 chunk shorter than its bytes", 400, chunked + "2\r\nabc\r\n0\r\n\r\n"),
            new Row("H02 short chunk", 400, chunked + "5\r\nab\r\n0\r\n\r\n" + "GET "),
            new Row("H22 long trailer", 431, chunked + "0\r\na: " + "x".repeat(61 * 1024)),
            new Row("H22 101 trailers", 431, chunked + "0\r\n" + "a: b\r\n".repeat(101) + "\r\n")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("bodies")
  void aMalformedBodyEndsTheRequestAndNeverLooksComplete(
      String name, Pair pair, int status, String bytes) throws Exception {
    try (RawClient client = pairs.http1(pair)) {
      String answer = client.send(bytes + NEXT).readToEnd();

      assertThat(answer).startsWith("HTTP/1.1 " + status + " ").containsOnlyOnce("HTTP/1.1 ");
    }
    await("its line in the log").until(() -> !pairs.mesh.telemetry.lines().isEmpty());
    assertThat(pairs.mesh.telemetry.lines().getFirst().status()).isEqualTo(status);
    pairs.assertServes(pair);
    assertThat(pairs.upstream(pair).paths()).doesNotContain("/smuggled");
    for (Arrival begun : pairs.upstream(pair).arrivals()) {
      if (begun.path().equals("/")) {
        // HTTP/1.1 to the endpoint: its connection is closed, too.
        await("the end of what was begun").until(() -> begun.cut() != null);
        assertThat(begun.complete()).isFalse();
      }
    }
  }
}
