package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.TcpProxy;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes are relayed whole, both ways, to their ends. */
class TcpRelayTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static Listener relay(String name, String cluster, Duration idle, int attempts) {
    return listener(
        name,
        List.of(),
        chain(
            "",
            ChainMatch.ANY,
            null,
            new TcpProxy(name, new ClusterTarget.Single(cluster), idle, attempts)));
  }

  private void serve(Duration idle, int attempts, int... ports) {
    mesh.apply(
        new ProxyConfig(
            List.of(relay("in", "c", idle, attempts)),
            Map.of(),
            List.of(cluster("c", UpstreamProtocol.HTTP1, ports))));
  }

  /** Accepts one connection and answers with what it got, once the client has ended its side. */
  private static ServerSocket echoAtTheEnd() throws IOException {
    ServerSocket server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual()
        .start(
            () -> {
              while (!server.isClosed()) {
                try (Socket socket = server.accept()) {
                  byte[] all = socket.getInputStream().readAllBytes();
                  socket.getOutputStream().write(all);
                } catch (IOException e) {
                  // The next connection is served all the same.
                }
              }
            });
    return server;
  }

  private static byte[] exchange(int port, byte[] bytes) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      return socket.getInputStream().readAllBytes();
    }
  }

  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  @Test
  void halfCloseIsPassedOnAndNothingIsLost() throws IOException {
    try (ServerSocket server = echoAtTheEnd()) {
      serve(Duration.ofHours(1), 1, server.getLocalPort());
      byte[] sent = noise(5_000_000);
      assertThat(exchange(mesh.port(), sent)).isEqualTo(sent);
    }
    await().until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().received()).isEqualTo(5_000_000);
    assertThat(mesh.telemetry.lines().getFirst().sent()).isEqualTo(5_000_000);
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("-");
  }

  /** The client has ended its side, and reads only when the sockets between are full. */
  @Test
  void aSlowReaderThatHasSaidAllGetsTheWholeAnswer() throws IOException {
    try (RawServer server = new RawServer()) {
      serve(Duration.ofHours(1), 1, server.port());
      try (RawClient client = new RawClient(mesh.port())) {
        client.endOutput();
        try (RawClient accepted = server.accept()) {
          assertThat(accepted.readToEnd()).isEmpty();
          String answer = new String(noise(16_000_000), StandardCharsets.ISO_8859_1);
          accepted.sendAllApart(answer);
          client.letSocketsFill();
          assertThat(client.readToEnd().equals(answer)).isTrue();
        }
      }
    }
  }

  @Test
  void throughTwoSidecarsAndMutualTls() throws IOException {
    TestCa ca = new TestCa("mesh root");
    Tls.identify(mesh.secrets, ca.workload("shop", "cart"), ca);
    try (ServerSocket server = echoAtTheEnd()) {
      Listener inbound =
          listener(
              "inbound",
              List.of(
                  chain(
                      "tcp",
                      ChainMatch.serverNames(List.of("tcp.cart")),
                      Tls.downstream("weft-tcp"),
                      new TcpProxy("inbound", new ClusterTarget.Single("app"), Duration.ZERO, 1))),
              null);
      ClusterConfig application = cluster("app", UpstreamProtocol.HTTP1, server.getLocalPort());
      mesh.apply(new ProxyConfig(List.of(inbound), Map.of(), List.of(application)));
      ClusterConfig cart =
          new ClusterConfig(
              cluster(
                  "cart",
                  UpstreamProtocol.HTTP1,
                  Tls.upstream("spiffe://weft.local/ns/shop/sa/cart", "tcp.cart", "weft-tcp"),
                  Thresholds.DEFAULTS,
                  null),
              endpoints("cart", mesh.port("inbound")));
      mesh.apply(
          new ProxyConfig(
              List.of(inbound, relay("in", "cart", Duration.ZERO, 1)),
              Map.of(),
              List.of(application, cart)));
      byte[] sent = noise(2_000_000);
      assertThat(exchange(mesh.port(), sent)).isEqualTo(sent);
    }
  }

  @Test
  void aRefusedConnectionIsTriedElsewhere() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    try (ServerSocket server = echoAtTheEnd()) {
      serve(Duration.ZERO, 2, closed, server.getLocalPort());
      for (int i = 0; i < 4; i++) {
        byte[] sent = ("hello " + i).getBytes(StandardCharsets.UTF_8);
        assertThat(exchange(mesh.port(), sent)).isEqualTo(sent);
      }
    }
    await("a first try that failed to be told")
        .until(() -> mesh.telemetry.lines().stream().anyMatch(line -> line.flags().equals("UF")));
    mesh.apply(
        new ProxyConfig(
            List.of(relay("in", "c", Duration.ZERO, 2)),
            Map.of(),
            List.of(cluster("c", UpstreamProtocol.HTTP1, closed))));
    assertThat(exchange(mesh.port(), new byte[0])).isEmpty();
    await().until(() -> mesh.telemetry.lines().getLast().flags().equals("URX,UF"));
  }

  @Test
  void aSilentConnectionIsClosed() throws IOException {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      serve(Duration.ofMillis(100), 1, server.getLocalPort());
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), mesh.port())) {
        socket.setSoTimeout(20_000);
        InputStream in = socket.getInputStream();
        assertThat(in.read()).isEqualTo(-1);
      }
    }
    assertThat(mesh.telemetry.calls("tcp/in/idleTimeout")).isEqualTo(1);
  }
}
