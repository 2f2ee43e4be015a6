package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LogFormatTest {
  @TempDir Path folder;

  private static String line(LogFormat format, Exchange exchange) {
    StringBuilder out = new StringBuilder();
    format.write(exchange, out);
    return out.toString();
  }

  private static TestExchange exchange() {
    return new TestExchange(
        new DefaultHttp2Headers(false)
            .method("GET")
            .path("/cart?id=1")
            .authority("cart.shop")
            .add("x-request-id", "abc"),
        new DefaultHttp2Headers(false).status("503"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%REQ(:METHOD)% %REQ(:PATH)% | GET /cart?id=1",
        "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% | /cart?id=1",
        "%REQ(:PATH):5% | /cart",
        "%REQ(X-MISSING)% | -",
        "%RESPONSE_CODE% %RESPONSE_FLAGS% | 503 URX,UF",
        "%RESP(:STATUS)% %TRAILER(GRPC-STATUS)% | 503 -",
        "%PROTOCOL% %DURATION% %BYTES_SENT% | HTTP/2 1500 7",
        "%START_TIME% | 2026-01-01T00:00:00.000Z",
        "%UPSTREAM_HOST% %UPSTREAM_CLUSTER% | 10.0.0.1:8080 cart.shop/http",
        "%DOWNSTREAM_PEER_URI_SAN% | spiffe://weft.local/ns/shop/sa/web",
        "100%% | 100%",
      })
  void operatorsAreEnvoys(String format, String expected) {
    assertThat(line(LogFormat.text(format), exchange())).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%NONSENSE%", "%REQ(A", "%REQ(A)%%B%", "%REQ(A):x%", "%START_TIME(%Y)%"})
  void aWrongFormatIsRefused(String format) {
    assertThatThrownBy(() -> LogFormat.text(format))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("access log:");
  }

  @Test
  void jsonKeepsNumbersAndNulls() throws IOException {
    JsonNode json = new ObjectMapper().readTree(line(LogFormat.json(), exchange()));

    assertThat(json.path("response_code").isInt()).isTrue();
    assertThat(json.path("user_agent").isNull()).isTrue();
    assertThat(json.path("response_flags").asText()).isEqualTo("URX,UF");
    assertThat(json.path("downstream_peer").asText()).endsWith("/sa/web");
  }

  @Test
  void whatAStrangerSendsCannotBreakOutOfTheLine() throws IOException {
    Exchange hostile =
        new TestExchange(
            new DefaultHttp2Headers(false)
                .method("GET")
                .path("/\"}\n{\"forged\":\"\u0000\u2028\r")
                .authority("a"),
            new DefaultHttp2Headers(false).status("400"));

    String json = line(LogFormat.json(), hostile);
    assertThat(json.lines()).hasSize(1);
    assertThat(new ObjectMapper().readTree(json).path("path").asText())
        .isEqualTo("/\"}\n{\"forged\":\"\u0000\u2028\r");
    assertThat(line(LogFormat.text("%REQ(:PATH)%"), hostile))
        .isEqualTo("/\\\"}\\n{\\\"forged\\\":\\\"\\u0000\\u2028\\r");
  }

  @Test
  void h75WhatTerminalsObeyIsEscaped() {
    Exchange hostile =
        new TestExchange(
            new DefaultHttp2Headers(false).method("GET").path("/\u001b[2J\u009b2J\u0085"),
            new DefaultHttp2Headers(false).status("400"));

    assertThat(line(LogFormat.text("%REQ(:PATH)%"), hostile))
        .isEqualTo("/\\u001b[2J\\u009b2J\\u0085");
  }

  @Test
  void linesReachTheFileInOrder() throws IOException {
    Path file = folder.resolve("access.log");
    AccessLog log = AccessLog.open(file.toString(), "%RESPONSE_CODE%");
    log.onComplete(exchange());
    log.onComplete(exchange());
    log.close();

    assertThat(Files.readString(file)).isEqualTo("503\n503\n");
    assertThat(log.dropped()).isZero();
  }
}
