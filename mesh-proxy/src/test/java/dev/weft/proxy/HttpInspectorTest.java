package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.xds.model.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which HTTP a client speaks without TLS chooses whom its bytes go to. The endpoints say who they
 * are, and send back what they get.
 */
class HttpInspectorTest {
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);
  private static final TestCa CA = new TestCa("public root");
  private static final TlsPeer CLIENT = new TlsPeer(CA.dns("client.test"), CA);

  @TempDir static Path folder;
  private static final List<ServerSocket> SERVERS = new ArrayList<>();
  private static Proxy proxy;

  private interface Served {
    void by(Socket connection) throws IOException;
  }

  private static int serve(Served how) throws IOException {
    ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SERVERS.add(server);
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket accepted = server.accept()) {
                  how.by(accepted);
                } catch (IOException e) {
                  // A client that has gone; the next one is served.
                }
              }
            });
    return server.getLocalPort();
  }

  private static void greet(Socket connection, String name) throws IOException {
    connection.getOutputStream().write((name + "\n").getBytes());
    connection.getInputStream().transferTo(connection.getOutputStream());
  }

  private static int named(String name) throws IOException {
    return serve(accepted -> greet(accepted, name));
  }

  private static int namedInTls(String name) throws IOException {
    TlsPeer self = new TlsPeer(CA.dns("server.test"), CA);
    return serve(
        accepted -> {
          try (Socket tls = self.acceptAnybody(accepted)) {
            greet(tls, name);
          }
        });
  }

  private static String inspector(String kind) {
    return """
          - name: envoy.filters.listener.%s
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.%s}
    """
        .formatted(
            kind, kind + (kind.startsWith("tls") ? ".v3.TlsInspector" : ".v3.HttpInspector"));
  }

  private static String chain(String match, String cluster) {
    return """
        - filter_chain_match: %s
          filters:
          - name: envoy.filters.network.tcp_proxy
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: %s
              cluster: %s
    """
        .formatted(match, cluster, cluster);
  }

  private static String listener(String name, String extra, String... chains) {
    return """
      - name: %s
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
    %s    filter_chains:
    %s"""
        .formatted(name, extra, String.join("", chains));
  }

  private static String cluster(String name, int port) {
    return """
      - name: %s
        type: STATIC
        load_assignment:
          cluster_name: %s
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(name, name, port);
  }

  @BeforeAll
  static void start() throws Exception {
    String inspected = "    listener_filters:\n" + inspector("http_inspector");
    String[] byVersion = {
      chain("{application_protocols: [http/1.0]}", "old"),
      chain("{application_protocols: [http/1.1]}", "now"),
      chain("{application_protocols: [h2c]}", "h2c"),
      chain("{}", "other")
    };
    String bootstrap =
        "static_resources:\n  listeners:\n"
            + listener("by-version", inspected, byVersion)
            + listener("not-inspected", "", byVersion)
            + listener(
                "with-tls",
                inspected + inspector("tls_inspector"),
                chain("{transport_protocol: tls, application_protocols: [http/1.1]}", "now-tls"),
                chain("{transport_protocol: tls}", "other-tls"),
                chain("{transport_protocol: raw_buffer, application_protocols: [http/1.1]}", "now"))
            + listener(
                "patient",
                inspected
                    + "    listener_filters_timeout: 0.2s\n"
                    + "    continue_on_listener_filters_timeout: true\n",
                byVersion)
            + listener("impatient", inspected + "    listener_filters_timeout: 0.2s\n", byVersion)
            + listener(
                "raw",
                "    listener_filters_timeout: 3600s\n",
                chain("{transport_protocol: raw_buffer}", "other"))
            + "  clusters:\n"
            + cluster("old", named("old"))
            + cluster("now", named("now"))
            + cluster("h2c", named("h2c"))
            + cluster("other", named("other"))
            + cluster("now-tls", namedInTls("now-tls"))
            + cluster("other-tls", namedInTls("other-tls"));
    Path file = folder.resolve("bootstrap.yaml");
    Files.writeString(file, bootstrap);
    proxy =
        Proxy.start(
            new ProxyOptions(
                new ProxyOptions.Standalone(file, null),
                null,
                ANY,
                ANY,
                1,
                Duration.ofSeconds(1),
                null,
                "json"));
  }

  @AfterAll
  static void stop() throws IOException {
    proxy.close();
    for (ServerSocket server : SERVERS) {
      server.close();
    }
  }

  private static RawClient connect(String listener) throws IOException {
    return new RawClient(proxy.ports().get(listener));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "GET / HTTP/1.1; now",
        "GET / HTTP/1.0; old",
        "PRI * HTTP/2.0|SM|; h2c",
        "EHLO mail.test; other"
      })
  void theFirstLineChoosesTheEndpoint(String line, String answering) throws IOException {
    String sent = line.replace("|", "\r\n\r\n") + (line.endsWith("|") ? "" : "\r\n");
    try (RawClient client = connect("by-version")) {
      assertThat(client.send(sent).readUntil("\n")).isEqualTo(answering + "\n");
      assertThat(client.readUntil(sent)).isEqualTo(sent);
    }
    try (RawClient client = connect("by-version")) {
      for (int i = 0; i < sent.length(); i++) {
        client.send(sent.substring(i, i + 1));
      }
      assertThat(client.readUntil("\n")).isEqualTo(answering + "\n");
      assertThat(client.readUntil(sent)).isEqualTo(sent);
    }
    try (RawClient client = connect("not-inspected")) {
      assertThat(client.send(sent).readUntil("\n")).isEqualTo("other\n");
    }
  }

  @Test
  void alpnChoosesUnderTls() throws IOException {
    int port = proxy.ports().get("with-tls");
    try (RawClient client = RawClient.tls(CLIENT, port)) {
      assertThat(client.readUntil("\n")).isEqualTo("now-tls\n");
    }
    try (RawClient client = RawClient.slow(CLIENT, port, "other/1")) {
      assertThat(client.readUntil("\n")).isEqualTo("other-tls\n");
    }
    try (RawClient client = connect("with-tls")) {
      assertThat(client.send("GET / HTTP/1.1\r\n").readUntil("\n")).isEqualTo("now\n");
    }
    try (RawClient client = connect("with-tls")) {
      assertThat(client.send("GET / HTTP/1.0\r\n").readToEnd()).isIn("", "<reset>");
    }
  }

  @Test
  void aSilentClientIsNotWaitedForLongerThanTheTimeout() throws IOException {
    try (RawClient client = connect("impatient")) {
      assertThat(client.readToEnd()).isEmpty();
    }
    try (RawClient client = connect("impatient")) {
      assertThat(client.send("GET / HT").readToEnd()).isIn("", "<reset>");
    }
  }

  /** Nothing, or no whole line: it goes on as a connection of which nothing is known. */
  @ParameterizedTest
  @ValueSource(strings = {"", "GET / HT"})
  void afterTheTimeoutAServerMaySpeakFirst(String begun) throws IOException {
    try (RawClient client = connect("patient")) {
      assertThat(client.send(begun).readUntil("\n")).isEqualTo("other\n");
      assertThat(client.send("more\n").readUntil("\n")).isEqualTo(begun + "more\n");
    }
  }

  @Test
  void whereNothingIsLookedForAServerSpeaksAtOnce() throws IOException {
    try (RawClient client = connect("raw")) {
      assertThat(client.readUntil("\n")).isEqualTo("other\n");
    }
  }

  @Test
  void aLineWithoutAnEndIsNotKept() throws IOException {
    try (RawClient client = connect("by-version")) {
      client.send("GET /" + "x".repeat(64 * 1024 - 5));
      assertThat(client.readToEnd()).isIn("", "<reset>");
    }
  }
}
