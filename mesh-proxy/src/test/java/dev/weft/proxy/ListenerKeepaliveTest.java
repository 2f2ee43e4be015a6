package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code socket_options} of a listener, as the system shows them of its connections. */
class ListenerKeepaliveTest {
  private static final int LOCAL = 1;
  private static final int REMOTE = 2;
  private static final int TIMER = 5;

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  @Test
  void theSystemProbesConnectionsOfAListenerThatAsksForIt() throws Exception {
    assertThat(timerOfAConnection("socket_options: [{level: 1, name: 9, int_value: 1}]"))
        .as("a timer that probes")
        .isEqualTo("02");
    assertThat(timerOfAConnection("socket_options: [{level: 1, name: 9, int_value: 0}]"))
        .as("no timer")
        .isEqualTo("00");
  }

  private String timerOfAConnection(String options) throws Exception {
    mesh.apply(
        FromYaml.config(
            """
            static_resources:
              listeners:
              - name: in
                %s
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      route_config:
                        virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]
                      http_filters:
                      - name: router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
            """
                .formatted(options)));
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), mesh.port())) {
      client.getOutputStream().write("GET / HTTP/1.1\r\nhost: a\r\n\r\n".getBytes());
      assertThat(client.getInputStream().read()).isEqualTo('H');
      // Until the answer is acknowledged there is a timer to send it again.
      await("a timer of a connection at rest")
          .until(() -> !timer(client).isEmpty() && !timer(client).equals("01"));
      return timer(client);
    }
  }

  /** What the proxy's end waits for, as proc(5) has it; empty if the system shows no such end. */
  private static String timer(Socket client) throws IOException {
    String local = ":%04X".formatted(client.getPort());
    String remote = ":%04X".formatted(client.getLocalPort());
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      Optional<String> timer =
          Files.readAllLines(Path.of(table)).stream()
              .map(line -> line.strip().split(" +"))
              .filter(row -> row[LOCAL].endsWith(local) && row[REMOTE].endsWith(remote))
              .map(row -> row[TIMER].substring(0, row[TIMER].indexOf(':')))
              .findAny();
      if (timer.isPresent()) {
        return timer.get();
      }
    }
    return "";
  }
}
