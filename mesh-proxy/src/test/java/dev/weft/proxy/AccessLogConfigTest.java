package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.Written;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Access logs as configurations ask for them, over real sockets. */
class AccessLogConfigTest {
  private static final String ROUTES =
      """
      - match: {prefix: /d}
        name: direct
        direct_response: {status: 418, body: {inline_string: tea}}
      - match: {prefix: /gone}
        route: {cluster: none}
      - match: {prefix: /}
        name: fwd
        route: {cluster: app, prefix_rewrite: /r/}
      """;

  private final Mesh mesh = new Mesh();
  @TempDir Path folder;

  @AfterEach
  void close() {
    mesh.close();
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private List<String> lines(String name, int count) throws Exception {
    Path file = folder.resolve(name);
    await().until(() -> Files.exists(file) && Files.readAllLines(file).size() >= count);
    return Files.readAllLines(file);
  }

  private void serve(String logs) throws BootstrapException {
    Backend backend = Backend.named(mesh.outside, "app");
    mesh.apply(Written.manager("access_log:\n" + logs, ROUTES, backend.port()));
  }

  private String log(String name, String filter, String format) {
    return """
    - name: x
    %s
      typed_config:
        "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
        path: %s
    %s
    """
        .formatted(filter.indent(2), file(name), format.indent(4));
  }

  @Test
  void aLineSaysWhatItsFormatAsksFor() throws Exception {
    serve(
        log(
            "text.log",
            "",
            "log_format: {text_format_source: {inline_string: \"%REQ(:METHOD)% %PATH% %REQ(:PATH)%"
                + " %RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %ROUTE_NAME% %FILTER_CHAIN_NAME%"
                + " %ACCESS_LOG_TYPE% %UPSTREAM_CLUSTER% %BYTES_SENT% %RESPONSE_FLAGS%"
                + " ua=%REQ(USER-AGENT)%\\n\"}}"));
    mesh.h1.get(mesh.port(), "/p?a=1", Map.of("user-agent", "a\"b"));
    mesh.h2.get(mesh.port(), "/d");
    mesh.h1.get(mesh.port(), "/gone");

    assertThat(lines("text.log", 3))
        .containsExactly(
            "GET /p?a=1 /r/p?a=1 200 via_upstream fwd chain-a DownstreamEnd app 3 - ua=a\"b",
            "GET /d /d 418 direct_response direct chain-a DownstreamEnd - 3 - ua=-",
            "GET /gone /gone 503 cluster_not_found - chain-a DownstreamEnd - 0 NC ua=-");
  }

  @Test
  void jsonIsALineWithSortedKeysAndTypes() throws Exception {
    serve(
        log(
            "json.log",
            "",
            "log_format: {json_format: {z: \"%REQ(NOPE)%\", a: \"%RESPONSE_CODE%\", n: {q:"
                + " [\"%PROTOCOL%\", \"x %BYTES_SENT%\"]}}}"));
    mesh.h1.get(mesh.port(), "/d");

    assertThat(lines("json.log", 1))
        .containsExactly("{\"a\":418,\"n\":{\"q\":[\"HTTP/1.1\",\"x 3\"]},\"z\":null}");
  }

  @Test
  void withoutAFormatTheLineIsEnvoys() throws Exception {
    serve(log("default.log", "", ""));
    mesh.h1.get(mesh.port(), "/d", Map.of("user-agent", "me", "x-request-id", "id"));

    assertThat(lines("default.log", 1).getFirst())
        .matches(
            "\\[[0-9-]{10}T[0-9:.]{12}Z] \"GET /d HTTP/1\\.1\" 418 - 0 3 \\d+ - \"-\" \"me\""
                + " \"id\" \"[^\"]+\" \"-\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{status_code_filter: {comparison: {op: GE, value: {default_value: 500, runtime_key: k}}}}"
            + " | /gone",
        "{status_code_filter: {comparison: {op: EQ, value: {default_value: 418, runtime_key: k}}}}"
            + " | /d",
        "{header_filter: {header: {name: \":path\", string_match: {prefix: /d}}}} | /d",
        "{response_flag_filter: {flags: [NC, UF]}} | /gone",
        "{response_flag_filter: {}} | /gone",
        "{grpc_status_filter: {statuses: [UNAVAILABLE]}} | /gone",
        "{and_filter: {filters: [{not_health_check_filter: {}}, {response_flag_filter: {}}]}} |"
            + " /gone",
        "{runtime_filter: {runtime_key: k, percent_sampled: {numerator: 100}}} | /p /d /gone",
        "{duration_filter: {comparison: {op: LE, value: {default_value: 60000, runtime_key: k}}}} |"
            + " /p /d /gone",
        "{log_type_filter: {types: [DownstreamEnd], exclude: false}} | /p /d /gone",
      })
  void filtersChooseWhatGetsALine(String filter, String expected) throws Exception {
    String format = "log_format: {text_format_source: {inline_string: \"%PATH%\\n\"}}";
    serve(log("filtered.log", "filter: " + filter, format) + log("all.log", "", format));
    for (String path : List.of("/p", "/d", "/gone")) {
      mesh.h1.get(mesh.port(), path);
    }
    lines("all.log", 3);

    List<String> paths = List.of(expected.split(" "));
    assertThat(lines("filtered.log", paths.size())).containsExactlyElementsOf(paths);
  }

  @Test
  void oneRequestIdIsAlwaysInTheSampleOrNever() throws Exception {
    serve(
        log(
            "sample.log",
            "filter: {runtime_filter: {runtime_key: k, percent_sampled: {numerator: 50}}}",
            "log_format: {text_format_source: {inline_string: \"%STREAM_ID%\\n\"}}"));
    // 49 and 50 of 100, by their first digits
    for (int i = 0; i < 3; i++) {
      mesh.h1.get(
          mesh.port(), "/d", Map.of("x-request-id", "00000032-0000-4000-8000-000000000000"));
      mesh.h1.get(
          mesh.port(), "/d", Map.of("x-request-id", "00000031-0000-4000-8000-000000000000"));
    }

    assertThat(lines("sample.log", 3)).hasSize(3).allMatch(line -> line.startsWith("00000031"));
  }

  @Test
  void aFileThatCannotBeOpenedIsNoConfiguration() {
    assertThatThrownBy(
            () ->
                mesh.tryApply(
                    Written.manager("access_log:\n" + log("missing/a.log", "", ""), ROUTES, 1)))
        .hasMessageContaining("missing/a.log cannot be opened");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "log_format: {text_format_source: {inline_string: \"%NOPE%\"}} |"
            + " typed_config.log_format.text_format_source",
        "log_format: {json_format: {a: {b: \"%REQ(\"}}} |"
            + " typed_config.log_format.json_format.fields[\"a\"].fields[\"b\"]",
        "log_format: {} | typed_config.log_format: must have one of",
      })
  void aWrongFormatIsRefusedWithItsPath(String format, String path) {
    assertThatThrownBy(() -> Written.manager("access_log:\n" + log("a.log", "", format), ROUTES, 1))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining("access_log[0]." + path);
  }

  @Test
  void aRelayedConnectionLeavesALineWhenItEnds() throws Exception {
    Backend backend = Backend.named(mesh.outside, "app");
    mesh.apply(
        Written.config(
            """
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: envoy.filters.network.tcp_proxy
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
                      stat_prefix: in
                      cluster: app
                      access_log:
                      - name: a
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog
                          path: %s
                          log_format: {text_format_source: {inline_string: "%%PROTOCOL%% %%RESPONSE_CODE%% %%ACCESS_LOG_TYPE%% %%UPSTREAM_CLUSTER%% %%RESPONSE_FLAGS%% %%BYTES_RECEIVED%%\\n"}}
              clusters:
              - name: app
                load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
            """
                .formatted(file("tcp.log"), backend.port())));
    byte[] request =
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
            .getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket("127.0.0.1", mesh.port())) {
      socket.getOutputStream().write(request);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .endsWith("app");
    }

    assertThat(lines("tcp.log", 1)).containsExactly("- 0 TcpConnectionEnd app - " + request.length);
  }
}
