package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Endpoints on HTTP/1.1 that answer wrongly: clients get a 502, nobody gets their connection. */
@ExtendWith(LeakWatch.class)
class HostileEndpointTest {
  private static final String END = "\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\n";
  private static Mesh mesh;

  @BeforeAll
  static void start() {
    mesh = new Mesh();
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  private static void serve(RawServer endpoint) {
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP1, endpoint.port())));
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("H21 no status line", "hello" + END),
        Arguments.of("H21 no version", "200 OK" + END),
        Arguments.of("H21 HTTP/2.0", "HTTP/2.0 200 OK" + END),
        Arguments.of("H21 two digits", "HTTP/1.1 20 OK" + END),
        Arguments.of("H21 four digits", "HTTP/1.1 2000 OK" + END),
        Arguments.of("H21 099", "HTTP/1.1 099 OK" + END),
        Arguments.of("H21 600", "HTTP/1.1 600 OK" + END),
        Arguments.of("H21 bare line feed", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        Arguments.of("H21 folded", OK + "a: b\r\n c" + END),
        Arguments.of("H21 blank before the colon", OK + "Content-Length : 0" + END),
        Arguments.of("H21 NUL in a value", OK + "a: b\0c" + END),
        Arguments.of("H21 no colon", OK + "abc" + END),
        Arguments.of(
            "H21 both framings", OK + "Content-Length: 3\r\nTransfer-Encoding: chunked" + END),
        Arguments.of("H21 two lengths", OK + "Content-Length: 3\r\nContent-Length: 3" + END),
        Arguments.of("H21 2^64+3", OK + "Content-Length: 18446744073709551619" + END),
        Arguments.of("H21 negative length", OK + "Content-Length: -1" + END),
        Arguments.of("H21 chunked with a comma", OK + "Transfer-Encoding: chunked," + END),
        Arguments.of("H21 gzip", OK + "Transfer-Encoding: gzip, chunked" + END),
        Arguments.of("H21 too many headers", OK + "a: b\r\n".repeat(101) + "\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedAnswerIs502AndItsConnectionIsDiscarded(String name, String bytes)
      throws Exception {
    try (RawServer endpoint = new RawServer()) {
      serve(endpoint);
      for (Client client : new Client[] {mesh.h1, mesh.h2}) {
        var reply = client.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
        try (RawClient accepted = endpoint.accept()) {
          accepted.readUntil(END);
          accepted.send(bytes);

          assertThat(Client.await(reply).status()).isEqualTo(502);
          assertThat(accepted.readToEnd()).isIn("", "<reset>");
        }
      }
    }
  }

  static Stream<Arguments> broken() {
    String chunked = OK + "Transfer-Encoding: chunked" + END + "3\r\nabc";
    return Stream.of(
        Arguments.of("H21 length not reached", OK + "Content-Length: 9" + END + "abc"),
        Arguments.of("H21 last chunk missing", chunked + "\r\n"),
        Arguments.of("H21 bytes after a chunk", chunked + "X\r\n0\r\n\r\n"),
        Arguments.of("H21 chunk size", chunked + "\r\n0x1\r\na\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("broken")
  void aBodyThatBreaksOffNeverLooksComplete(String name, String bytes) throws Exception {
    try (RawServer endpoint = new RawServer()) {
      serve(endpoint);
      for (Client client : new Client[] {mesh.h1, mesh.h2}) {
        var reply = client.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
        try (RawClient accepted = endpoint.accept()) {
          accepted.readUntil(END);
          accepted.send(bytes);
        }
        boolean failed = Client.await(reply.transform(r -> Future.succeededFuture(r.failed())));
        assertThat(failed).as("no clean end").isTrue();
      }
    }
  }

  @Test
  void h21BytesAfterAnAnswerAreNobodys() throws Exception {
    try (RawServer endpoint = new RawServer()) {
      serve(endpoint);
      for (Client client : new Client[] {mesh.h1, mesh.h2}) {
        var first = client.start(mesh.port(), HttpMethod.GET, "/first", Map.of(), null);
        try (RawClient accepted = endpoint.accept()) {
          accepted.readUntil(END);
          accepted.send(
              OK + "Content-Length: 2" + END + "ok" + OK + "Content-Length: 4" + END + "evil");
          assertThat(Client.await(first).body()).isEqualTo("ok");
          assertThat(accepted.readToEnd()).isIn("", "<reset>");
        }
        var second = client.start(mesh.port(), HttpMethod.GET, "/second", Map.of(), null);
        try (RawClient fresh = endpoint.accept()) {
          assertThat(fresh.readUntil(END)).startsWith("GET /second ");
          fresh.send(OK + "Content-Length: 4" + END + "good");
          assertThat(Client.await(second).body()).isEqualTo("good");
        }
      }
    }
  }

  @Test
  void h20WhatWasPipelinedBehindAnErrorIsNeverExecuted() throws Exception {
    try (RawServer endpoint = new RawServer()) {
      serve(endpoint);
      try (RawClient client = new RawClient(mesh.port())) {
        client.send(
            "GET /good HTTP/1.1\r\nHost: a\r\n\r\n"
                + "GET /bad HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"
                + "GET /never HTTP/1.1\r\nHost: a\r\n\r\n");
        try (RawClient accepted = endpoint.accept()) {
          assertThat(accepted.readUntil(END)).startsWith("GET /good ");
          accepted.send(OK + "Content-Length: 2\r\nConnection: close" + END + "ok");

          String answers = client.readToEnd();
          assertThat(answers).startsWith("HTTP/1.1 200 ").contains("okHTTP/1.1 400 ");
          assertThat(answers.split("HTTP/1.1 ", -1)).hasSize(3);
          assertThat(accepted.readToEnd()).isIn("", "<reset>");
        }
      }
    }
  }

  @Test
  void h45ANominatedHeaderIsDroppedAndOurOwnValueSet() throws Exception {
    try (RawServer endpoint = new RawServer()) {
      serve(endpoint);
      try (RawClient client = new RawClient(mesh.port())) {
        client.send(
            "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: https\r\nX-Mine: 1\r\n"
                + "X-Forwarded-Client-Cert: Hash=1\r\n"
                + "Connection: x-forwarded-proto, X-Mine, x-forwarded-client-cert, host\r\n\r\n");
        try (RawClient accepted = endpoint.accept()) {
          assertThat(accepted.readUntil(END))
              .contains("host: a\r\n", "x-forwarded-proto: http\r\n")
              .doesNotContain("x-mine", "https", "client-cert");
        }
      }
    }
  }
}
