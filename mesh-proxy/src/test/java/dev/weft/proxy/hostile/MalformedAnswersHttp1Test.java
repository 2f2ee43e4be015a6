package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.hostile.Pair.Row;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Endpoints on HTTP/1.1 that answer wrongly: clients get a 502, nobody gets their connection. */
class MalformedAnswersHttp1Test {
  private static final String END = "\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static final Map<Pair, RawServer> endpoints = new EnumMap<>(Pair.class);
  @RegisterExtension static final PairMesh pairs = new PairMesh();

  @BeforeAll
  static void start() throws Exception {
    for (Pair pair : Pair.toHttp1().toList()) {
      RawServer endpoint = new RawServer(pairs.endpoint(pair));
      endpoints.put(pair, endpoint);
      pairs.direct(pair, endpoint.port());
    }
  }

  @AfterAll
  static void stop() throws Exception {
    for (RawServer endpoint : endpoints.values()) {
      endpoint.close();
    }
  }

  private static Future<Reply> ask(Pair pair, String path) {
    return pairs.client(pair).start(pairs.port(pair), HttpMethod.GET, path, Map.of(), null);
  }

  /** The next connection to the endpoint, with the request's head read. */
  private static RawClient accept(Pair pair, String path) throws Exception {
    RawClient accepted = endpoints.get(pair).accept();
    assertThat(accepted.readUntil(END)).startsWith("GET " + path + " ");
    return accepted;
  }

  static Stream<Arguments> malformed() {
    return Pair.times(
        Pair.toHttp1(),
        List.of(
            new Row("H21 no status line", "hello" + END),
            new Row("H21 no version", "200 OK" + END),
            new Row("H21 HTTP/2.0", "HTTP/2.0 200 OK" + END),
            new Row("H21 two digits", "HTTP/1.1 20 OK" + END),
            new Row("H21 four digits", "HTTP/1.1 2000 OK" + END),
            new Row("H21 099", "HTTP/1.1 099 OK" + END),
            new Row("H21 600", "HTTP/1.1 600 OK" + END),
            new Row("H21 bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
            new Row("H21 bytes before the status line", "\0" + OK + "Content-Length: 0" + END),
            new Row("H21 folded", OK + "a: b\r\n c" + END),
            new Row("H21 blank before the colon", OK + "Content-Length : 0" + END),
            new Row("H21 NUL in a value", OK + "a: b\0c" + END),
            new Row("H21 bare CR in a value", OK + "a: b\rc: d" + END),
            new Row("H21 no colon", OK + "abc" + END),
            new Row("H21 empty name", OK + ": b" + END),
            new Row(
                "H21 both framings", OK + "Content-Length: 3\r\nTransfer-Encoding: chunked" + END),
            new Row("H21 two lengths", OK + "Content-Length: 3\r\nContent-Length: 3" + END),
            new Row("H21 2^64+3", OK + "Content-Length: 18446744073709551619" + END),
            new Row("H21 negative length", OK + "Content-Length: -1" + END),
            new Row("H21 plus", OK + "Content-Length: +1" + END),
            new Row("H21 chunked with a comma", OK + "Transfer-Encoding: chunked," + END),
            new Row("H21 comma with chunked", OK + "Transfer-Encoding: ,chunked" + END),
            new Row("H21 gzip", OK + "Transfer-Encoding: gzip, chunked" + END),
            new Row(
                "H21 chunked in HTTP/1.0",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked" + END + "0" + END),
            new Row("H21 an upgrade nobody asked for", "HTTP/1.1 101 Go\r\nUpgrade: x" + END),
            new Row("H21 endless interim answers", "HTTP/1.1 103 Wait\r\n\r\n".repeat(17)),
            new Row("H21 too long a line", OK + "a: " + "b".repeat(61 * 1024)),
            new Row("H21 too many headers", OK + "a: b\r\n".repeat(101) + "\r\n")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedAnswerIs502AndItsConnectionIsDiscarded(String name, Pair pair, String bytes)
      throws Exception {
    Future<Reply> reply = ask(pair, "/");
    try (RawClient accepted = accept(pair, "/")) {
      accepted.send(bytes);

      assertThat(Client.await(reply).status()).isEqualTo(502);
      assertThat(accepted.readToEnd()).isIn("", "<reset>");
    }
    assertThat(pairs.mesh.telemetry.lines().getLast().flags()).isEqualTo("UPE");
  }

  static Stream<Arguments> broken() {
    String chunked = OK + "Transfer-Encoding: chunked" + END + "3\r\nabc";
    return Pair.times(
        Pair.toHttp1(),
        List.of(
            new Row("H21 length not reached", OK + "Content-Length: 9" + END + "abc"),
            new Row("H21 last chunk missing", chunked + "\r\n"),
            new Row("H21 end of the trailers missing", chunked + "\r\n0\r\n"),
            new Row("H21 bytes after a chunk", chunked + "X\r\n0\r\n\r\n"),
            new Row("H21 chunk size", chunked + "\r\n0x1\r\na\r\n0\r\n\r\n"),
            new Row("H21 chunk too large", chunked + "\r\n10000000000000001\r\na\r\n0\r\n\r\n"),
            new Row("H21 malformed trailer", chunked + "\r\n0\r\na b: c\r\n\r\n")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void aBodyThatBreaksOffNeverLooksComplete(String name, Pair pair, String bytes) throws Exception {
    Future<Reply> reply = ask(pair, "/");
    try (RawClient accepted = accept(pair, "/")) {
      accepted.send(bytes);
    }
    boolean failed = Client.await(reply.transform(r -> Future.succeededFuture(r.failed())));
    assertThat(failed).as("no clean end").isTrue();
  }

  static Stream<Arguments> surplus() {
    return Pair.times(
        Pair.toHttp1(),
        List.of(
            new Row("H21 a second answer", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
            new Row("H21 one byte more", "x"),
            new Row("H21 an empty line more", "\r\n")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("surplus")
  void bytesAfterAnAnswerAreNobodys(String name, Pair pair, String bytes) throws Exception {
    Future<Reply> first = ask(pair, "/first");
    try (RawClient accepted = accept(pair, "/first")) {
      accepted.send(OK + "Content-Length: 2" + END + "ok" + bytes);
      assertThat(Client.await(first).body()).isEqualTo("ok");
      assertThat(accepted.readToEnd()).isIn("", "<reset>");
    }
    Future<Reply> second = ask(pair, "/second");
    try (RawClient fresh = accept(pair, "/second")) {
      fresh.send(OK + "Content-Length: 4\r\nConnection: close" + END + "good");
      assertThat(Client.await(second).body()).isEqualTo("good");
    }
  }

  static Stream<Pair> toHttp1() {
    return Pair.toHttp1();
  }

  @ParameterizedTest(name = "H14 framing in an answer's trailers is dropped, {0}")
  @MethodSource("toHttp1")
  void h14(Pair pair) throws Exception {
    Future<Reply> reply = ask(pair, "/");
    try (RawClient accepted = accept(pair, "/")) {
      accepted.send(
          OK
              + "Connection: close\r\nTransfer-Encoding: chunked"
              + END
              + "2\r\nok\r\n0\r\nContent-Length: 9\r\nSet-Cookie: a=b\r\nX-Sum: 1"
              + END);
      Reply answered = Client.await(reply);
      assertThat(answered.body()).isEqualTo("ok");
      assertThat(answered.trailers().names()).containsExactly("x-sum");
    }
  }
}
