package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsPeer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What follows a PROXY header is read as though it were the beginning of its connection. */
class ProxyHeadersTest {
  private static final String LINE = "PROXY TCP4 1.2.3.4 5.6.7.8 11 99\r\n";
  private static final String BYTES =
      "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u0013\1\2\3\4\5\6\7\10\0\13\0c\4\0\4noop";
  private static final TestCa CA = new TestCa("root");
  private static final TlsPeer CLIENT = new TlsPeer(CA.dns("client.test"), CA);

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  /** A listener {@code in} whose connections begin with headers, before one endpoint. */
  private void listen(String more, String chains, int port) throws BootstrapException {
    mesh.apply(
        FromYaml.config(
            """
            static_resources:
              clusters:
              - name: up
                load_assignment:
                  cluster_name: up
                  endpoints:
                  - lb_endpoints:
                    - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                listener_filters:
                - name: pp
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}
                - name: tls
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector}
                %s
                filter_chains:
                - %s
            """
                .formatted(port, more, chains)));
  }

  private void listenForHttp(String more, int port) throws BootstrapException {
    listen(
        more,
        """
        filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      use_remote_address: true
                      route_config: {name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: up}}]}]}
                      http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
        """,
        port);
  }

  @ParameterizedTest
  @ValueSource(strings = {LINE, BYTES})
  void headersMayComeByteByByte(String header) throws Exception {
    listenForHttp("", Backend.named(mesh.outside, "up").port());
    try (RawClient client = new RawClient(mesh.port())) {
      for (char each : (header + "GET / HTTP/1.1\r\nhost: a.test\r\n\r\n").toCharArray()) {
        client.send(String.valueOf(each));
      }
      assertThat(client.readUntil("\r\n\r\nup")).startsWith("HTTP/1.1 200");
    }
  }

  @Test
  void aHelloAfterAHeaderChoosesTheChain() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual().start(() -> greet(server));
      listen(
          "",
          """
          filter_chain_match: {server_names: [a.test], source_prefix_ranges: [{address_prefix: 1.2.3.0, prefix_len: 24}]}
                filters: [{name: tcp, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: up, cluster: up}}]
          """,
          server.getLocalPort());
      for (String header : new String[] {LINE, BYTES}) {
        Socket wire = new Socket("127.0.0.1", mesh.port());
        wire.getOutputStream().write(header.getBytes(StandardCharsets.ISO_8859_1));
        try (RawClient client = CLIENT.named(wire, "a.test")) {
          assertThat(client.readUntil("!")).isEqualTo("hello!");
        }
      }
    }
  }

  private static void greet(ServerSocket server) {
    TlsPeer self = new TlsPeer(CA.dns("a.test"), CA);
    while (true) {
      try (Socket accepted = server.accept();
          Socket tls = self.acceptAnybody(accepted)) {
        tls.getOutputStream().write("hello!".getBytes(StandardCharsets.US_ASCII));
        tls.getInputStream().read();
      } catch (IOException e) {
        if (server.isClosed()) {
          return;
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PROXY TCP4 1.2", "\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u0014\1\2", "GET"})
  void aHeaderHasItsTime(String half) throws Exception {
    listenForHttp("listener_filters_timeout: 0.2s", 1);
    try (RawClient client = new RawClient(mesh.port())) {
      assertThat(client.send(half).readToEnd()).isIn("", "<reset>");
    }
    assertThat(mesh.telemetry.calls("listener/127.0.0.1_0/preConnectionTimeout")).isEqualTo(1);
    await().until(() -> mesh.telemetry.calls("listener/127.0.0.1_0/connectionClosed") == 1);
  }

  @Test
  void theTimeIsForTheHeaderAndWhatFollowsIt() throws Exception {
    listenForHttp("listener_filters_timeout: 0.5s", 1);
    try (RawClient client = new RawClient(mesh.port())) {
      assertThat(client.send(LINE).readToEnd()).isIn("", "<reset>");
    }
    assertThat(mesh.telemetry.calls("listener/127.0.0.1_0/preConnectionTimeout")).isEqualTo(1);
  }
}
