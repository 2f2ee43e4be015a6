package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.xds.model.SocketAddress;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
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
 * TLS that is not ended here: the server name chooses whom the bytes go to, and the handshake is
 * between the client and the endpoint. And protocols in which the server speaks first. Both from a
 * bootstrap file as a user of Envoy writes it.
 */
class TlsPassthroughTest {
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);
  private static final String BANNER = "220 mail.test ESMTP\r\n";
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
                  // Probes and refused handshakes end like this; the next one is served.
                }
              }
            });
    return server.getLocalPort();
  }

  /** Ends TLS with a certificate of its own and says who it is after each byte. */
  private static int named(String name) throws IOException {
    TlsPeer self = new TlsPeer(CA.dns(name), CA);
    return serve(
        accepted -> {
          try (Socket tls = self.acceptAnybody(accepted)) {
            while (tls.getInputStream().read() >= 0) {
              tls.getOutputStream().write((name + "\n").getBytes());
            }
          }
        });
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

  private static final String INSPECTED =
      """
          listener_filters:
          - name: envoy.filters.listener.tls_inspector
            typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
      """;

  @BeforeAll
  static void start() throws Exception {
    String[] byName = {
      chain("{server_names: [exact.test]}", "exact"),
      chain("{server_names: ['*.wild.test', Other.Test]}", "wild"),
      chain("{server_names: ['*.deep.wild.test']}", "deep")
    };
    String bootstrap =
        "static_resources:\n  listeners:\n"
            + listener("by-name", INSPECTED, byName)
            + listener("without-inspector", "", byName)
            + listener(
                "with-default",
                INSPECTED
                    + chain("{}", "exact")
                        .replace("    - filter_chain_match: {}\n", "    default_filter_chain:\n"),
                chain("{server_names: ['*.wild.test']}", "wild"))
            + listener(
                "tls-or-not",
                INSPECTED,
                chain("{transport_protocol: tls}", "exact"),
                chain("{transport_protocol: raw_buffer}", "mail"))
            + listener("mail", "", chain("{}", "mail"))
            + listener(
                "patient-mail",
                INSPECTED
                    + "    listener_filters_timeout: 0.2s\n"
                    + "    continue_on_listener_filters_timeout: true\n",
                chain("{transport_protocol: tls}", "exact"),
                chain("{transport_protocol: raw_buffer}", "mail"))
            + listener(
                "impatient-mail",
                INSPECTED + "    listener_filters_timeout: 0.2s\n",
                chain("{transport_protocol: tls}", "exact"),
                chain("{transport_protocol: raw_buffer}", "mail"))
            + "  clusters:\n"
            + cluster("exact", named("exact.test"))
            + cluster("wild", named("wild.test"))
            + cluster("deep", named("deep.wild.test"))
            + cluster(
                "mail",
                serve(
                    accepted -> {
                      accepted.getOutputStream().write(BANNER.getBytes());
                      accepted.getInputStream().transferTo(accepted.getOutputStream());
                    }));
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

  private static int port(String listener) {
    return proxy.ports().get(listener);
  }

  /** Who answers within TLS, by the endpoint's own certificate. */
  private static String answers(Socket wire, String serverName) throws IOException {
    try (RawClient client = CLIENT.named(wire, serverName)) {
      return client.send("x").readUntil("\n").strip();
    }
  }

  private static Socket connect(String listener) throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), port(listener));
  }

  @ParameterizedTest
  @CsvSource({
    "exact.test, exact.test",
    "EXACT.test, exact.test",
    "a.wild.test, wild.test",
    "a.b.wild.test, wild.test",
    "other.test, wild.test",
    "a.deep.wild.test, deep.wild.test",
    "deep.wild.test, wild.test"
  })
  void theServerNameChoosesTheEndpoint(String asked, String answering) throws IOException {
    assertThat(answers(connect("by-name"), asked)).isEqualTo(answering);
    // Names to match are reason enough to look at the hello.
    assertThat(answers(connect("without-inspector"), asked)).isEqualTo(answering);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wild.test", "exact.test.evil.test", "sub.exact.test", "xwild.test"})
  void aNameWithoutAChainIsClosed(String asked) {
    assertThatThrownBy(() -> answers(connect("by-name"), asked)).isInstanceOf(IOException.class);
  }

  @Test
  void withoutANameOrWithoutTlsNoChainFits() throws IOException {
    assertThatThrownBy(() -> answers(connect("by-name"), null)).isInstanceOf(IOException.class);
    try (RawClient client = new RawClient(port("by-name"))) {
      client.send("GET / HTTP/1.1\r\nhost: exact.test\r\n\r\n");
      assertThat(client.readToEnd()).isIn("", "<reset>");
    }
  }

  @Test
  void whatNoChainFitsTheDefaultTakes() throws IOException {
    assertThat(answers(connect("with-default"), "a.wild.test")).isEqualTo("wild.test");
    assertThat(answers(connect("with-default"), "nobody.test")).isEqualTo("exact.test");
    assertThat(answers(connect("with-default"), null)).isEqualTo("exact.test");
  }

  @Test
  void aHelloMayComeByteByByte() throws IOException {
    assertThat(answers(new Dripping(port("by-name")), "a.b.wild.test")).isEqualTo("wild.test");
  }

  @Test
  void tlsAndPlaintextGoTheirWays() throws IOException {
    assertThat(answers(connect("tls-or-not"), "any.test")).isEqualTo("exact.test");
    assertThat(answers(new Dripping(port("tls-or-not")), null)).isEqualTo("exact.test");
    try (RawClient client = new RawClient(port("tls-or-not"))) {
      assertThat(client.send("EHLO\n").readUntil("EHLO\n")).isEqualTo(BANNER + "EHLO\n");
    }
  }

  /** The client says nothing at all. */
  @ParameterizedTest
  @ValueSource(strings = {"mail", "patient-mail"})
  void aServerMaySpeakFirst(String listener) throws IOException {
    try (RawClient client = new RawClient(port(listener))) {
      assertThat(client.readUntil("\n")).isEqualTo(BANNER);
      assertThat(client.send("QUIT\n").readUntil("\n")).isEqualTo("QUIT\n");
    }
  }

  @Test
  void aSilentClientIsNotWaitedForLongerThanTheTimeout() throws IOException {
    try (RawClient client = new RawClient(port("impatient-mail"))) {
      assertThat(client.readToEnd()).isEmpty();
    }
    // Who has begun a hello has said that it is TLS; nothing else is made of it.
    try (RawClient client = new RawClient(port("patient-mail"))) {
      assertThat(client.send("\u0016\u0003\u0001").readToEnd()).isEmpty();
    }
    assertThat(answers(connect("patient-mail"), "any.test")).isEqualTo("exact.test");
  }

  /** Sends every byte for itself. */
  private static final class Dripping extends Socket {
    Dripping(int port) throws IOException {
      super(InetAddress.getLoopbackAddress(), port);
      setTcpNoDelay(true);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new FilterOutputStream(super.getOutputStream()) {
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          for (int i = offset; i < offset + length; i++) {
            out.write(bytes[i]);
            out.flush();
          }
        }
      };
    }
  }
}
