package dev.weft.proxy.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.testkit.TestExchange;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy's own log. */
class AccessLogTest {
  @TempDir Path folder;

  private static String line(String format, Exchange exchange) {
    return new String(LineFormat.ofOption(format).line(exchange), StandardCharsets.UTF_8);
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

  @Test
  void jsonKeepsNumbersAndNulls() throws IOException {
    JsonNode json = new ObjectMapper().readTree(line("json", exchange()));

    assertThat(json.path("response_code").isInt()).isTrue();
    assertThat(json.path("user_agent").isNull()).isTrue();
    assertThat(json.path("response_flags").asText()).isEqualTo("URX,UF");
    assertThat(json.path("downstream_remote_address").asText()).isEqualTo("10.0.0.2:40000");
  }

  @Test
  void whatAStrangerSendsCannotBreakOutOfTheLine() throws IOException {
    Exchange hostile =
        new TestExchange(
            new DefaultHttp2Headers(false)
                .method("GET")
                .path("/\"}\n{\"forged\":\"\u0000\r")
                .authority("a"),
            new DefaultHttp2Headers(false).status("400"));

    String json = line("json", hostile);
    assertThat(json.lines()).hasSize(1);
    assertThat(new ObjectMapper().readTree(json).path("path").asText())
        .isEqualTo("/\"}\n{\"forged\":\"\u0000\r");
    assertThat(line("%REQ(:PATH)%", hostile))
        .isEqualTo("/\\\"}\\n{\\\"forged\\\":\\\"\\u0000\\r\n");
  }

  @Test
  void h75WhatTerminalsObeyIsEscaped() {
    Exchange hostile =
        new TestExchange(
            new DefaultHttp2Headers(false).method("GET").path("/\u001b[2J\u009b2J\u0085"),
            new DefaultHttp2Headers(false).status("400"));

    assertThat(line("%REQ(:PATH)%", hostile)).isEqualTo("/\\u001b[2J\\u009b2J\\u0085\n");
  }

  @Test
  void aWrongFormatIsRefused() {
    assertThatThrownBy(() -> AccessLog.open("-", "%NONSENSE%"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("access log: the command operator %NONSENSE% is not supported");
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
