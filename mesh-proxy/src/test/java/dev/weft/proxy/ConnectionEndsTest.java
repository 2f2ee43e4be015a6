package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.Endings;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.Ejection;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import dev.weft.xds.model.TcpProxy;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Connections end for what happens to endpoints, where a cluster says so. */
class ConnectionEndsTest {
  private static final OutlierDetection AT_ONCE =
      new OutlierDetection(
          Consecutive.NEVER,
          new Consecutive(1, 100),
          Consecutive.NEVER,
          false,
          new SuccessRate(5, 100, 1900, 0, 0),
          new FailurePercentage(85, 5, 50, 0, 0),
          Duration.ofSeconds(10),
          new Ejection(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ZERO, 100, true),
          true);

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static ClusterConfig cluster(Endings endings, OutlierDetection outliers, int... ports) {
    Cluster plain =
        Configs.cluster("c", UpstreamProtocol.HTTP1, null, Thresholds.DEFAULTS, outliers);
    Cluster.Connections connections = plain.connections();
    return new ClusterConfig(
        new Cluster(
            plain.name(),
            plain.discovery(),
            plain.lbPolicy(),
            plain.connectTimeout(),
            plain.protocol(),
            plain.tls(),
            plain.thresholds(),
            plain.outlierDetection(),
            plain.maxRequestsPerConnection(),
            plain.idleTimeout(),
            plain.panicThreshold(),
            plain.healthCheck(),
            plain.transportMatches(),
            plain.proxyHeader(),
            new Cluster.Connections(
                connections.preconnectRatio(),
                connections.maxConcurrentStreams(),
                connections.keepalive(),
                connections.pings(),
                connections.happyEyeballs(),
                connections.properCase(),
                endings),
            plain.statName()),
        endpoints("c", ports));
  }

  private void relay(Endings endings, int port) {
    TcpProxy proxy = new TcpProxy("in", new ClusterTarget.Single("c"), Duration.ofHours(1), 1);
    mesh.apply(
        new ProxyConfig(
            List.of(
                Configs.listener("in", List.of(), Configs.chain("", ChainMatch.ANY, null, proxy))),
            Map.of(),
            List.of(cluster(endings, AT_ONCE, port))));
  }

  /** Nobody listens at the endpoint any more, and the proxy finds out. */
  private void eject(RawServer server) throws IOException {
    server.close();
    try (RawClient another = new RawClient(mesh.port())) {
      assertThat(another.readToEnd()).isEmpty();
    }
    await("the ejection")
        .until(() -> mesh.path.runtime().cluster("c").members().getFirst().endpoint().ejected());
  }

  private static void talk(RawClient client, RawClient endpoint) throws IOException {
    client.send("hello\n");
    assertThat(endpoint.readUntil("\n")).isEqualTo("hello\n");
    endpoint.send("well\n");
    assertThat(client.readUntil("\n")).isEqualTo("well\n");
  }

  @Test
  void relaysEndWhenTheirEndpointIsEjected() throws IOException {
    try (RawServer server = new RawServer()) {
      relay(new Endings(true, false), server.port());
      try (RawClient client = new RawClient(mesh.port());
          RawClient endpoint = server.accept()) {
        talk(client, endpoint);
        eject(server);
        assertThat(client.readToEnd()).isEmpty();
        assertThat(endpoint.readToEnd()).isEmpty();
      }
    }
    await("both lines").until(() -> mesh.telemetry.lines().size() == 2);
    assertThat(mesh.telemetry.lines().stream().map(line -> line.flags()))
        .containsExactlyInAnyOrder("-", "URX,UF");
  }

  @Test
  void otherwiseTheyStay() throws IOException {
    try (RawServer server = new RawServer()) {
      relay(Endings.NONE, server.port());
      try (RawClient client = new RawClient(mesh.port());
          RawClient endpoint = server.accept()) {
        talk(client, endpoint);
        eject(server);
        talk(client, endpoint);
      }
    }
  }

  private static String get() {
    return "GET / HTTP/1.1\r\nhost: a.test\r\n\r\n";
  }

  private static void answer(RawClient endpoint) throws IOException {
    endpoint.readUntil("\r\n\r\n");
    endpoint.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  }

  private void serve(Endings endings, int... ports) {
    mesh.apply(config(all("c"), cluster(endings, null, ports)));
  }

  @Test
  void pooledConnectionsEndWhenAnEndpointComes() throws IOException {
    try (RawServer server = new RawServer();
        RawServer other = new RawServer()) {
      serve(new Endings(false, true), server.port());
      try (RawClient client = new RawClient(mesh.port())) {
        client.send(get());
        try (RawClient endpoint = server.accept()) {
          answer(endpoint);
          assertThat(client.readUntil("ok")).endsWith("ok");
          serve(new Endings(false, true), server.port(), other.port());
          assertThat(endpoint.readToEnd()).isEmpty();
        }
      }
    }
  }

  @Test
  void otherwiseTheyAreUsedAgain() throws IOException {
    try (RawServer server = new RawServer()) {
      serve(Endings.NONE, server.port());
      try (RawClient client = new RawClient(mesh.port())) {
        client.send(get());
        try (RawClient endpoint = server.accept()) {
          answer(endpoint);
          assertThat(client.readUntil("ok")).endsWith("ok");
          serve(Endings.NONE, server.port(), 1);
          // Of two requests in turn one goes to it, and the other finds nobody at port 1.
          client.send(get());
          client.send(get());
          answer(endpoint);
          assertThat(client.readUntil("ok")).endsWith("ok");
        }
      }
    }
  }
}
