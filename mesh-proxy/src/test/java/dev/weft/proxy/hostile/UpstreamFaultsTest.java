package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.UpstreamTls;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** H80: an endpoint that cannot be used is passed over, and another serves every request. */
class UpstreamFaultsTest {
  private static final TestCa CA = new TestCa("mesh root");
  private static final TestCa.Issued APP = CA.workload("shop", "app");
  private static final Duration PATIENCE = Duration.ofMillis(250);

  /** A handshake of TLS has to fit in. */
  private static final Duration PATIENCE_WITH_TLS = Duration.ofMillis(1500);

  private static final int MANY = 12;

  private static Mesh mesh;
  private static Backend good;
  private static Backend secured;

  /** What is wrong with the other endpoint. */
  enum Fault {
    /** Nobody listens. */
    REFUSES {
      @Override
      Broken open() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
          return new Broken(socket.getLocalPort(), List.of());
        }
      }
    },
    /** Nothing comes back: its queue of connections is full. */
    SWALLOWS {
      @Override
      Broken open() throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        List<AutoCloseable> open = new ArrayList<>(List.of(socket));
        for (int i = 0; i < MANY; i++) {
          SocketChannel filler = SocketChannel.open();
          open.add(filler);
          filler.configureBlocking(false);
          filler.connect(new InetSocketAddress("127.0.0.1", socket.getLocalPort()));
        }
        return new Broken(socket.getLocalPort(), open);
      }
    },
    /** Connections are there, and nobody is at their other end. */
    HALF_OPEN {
      @Override
      Broken open() throws IOException {
        ServerSocket socket = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        return new Broken(socket.getLocalPort(), List.of(socket));
      }
    };

    abstract Broken open() throws IOException;
  }

  private record Broken(int port, List<AutoCloseable> open) implements AutoCloseable {
    @Override
    public void close() throws Exception {
      for (AutoCloseable each : open) {
        each.close();
      }
    }
  }

  @BeforeAll
  static void start() {
    mesh = new Mesh();
    Tls.identify(mesh.secrets, CA.workload("shop", "proxy"), CA);
    good = Backend.named(mesh.outside, "good");
    secured =
        Backend.start(mesh.outside, Tls.server(APP, CA), request -> request.response().end("good"));
  }

  @AfterAll
  static void stop() {
    mesh.close();
  }

  static Stream<Arguments> faults() {
    return Pair.times(
        Pair.all(),
        Stream.of(Fault.values()).map(fault -> new Pair.Row("H80 " + fault, fault)).toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void aFaultyEndpointIsEjected(String name, Pair pair, Fault fault) throws Exception {
    Client client = client(pair);
    Backend right = pair.mtls ? secured : good;
    Duration patience = pair.mtls ? PATIENCE_WITH_TLS : PATIENCE;
    String cluster = fault + " " + pair;
    try (Broken broken = fault.open()) {
      mesh.apply(
          config(
              List.of(listener(pair)),
              all(
                  cluster,
                  new RetryPolicy(
                      Set.of(RetryOn.FIVE_XX),
                      List.of(),
                      List.of(),
                      3,
                      patience,
                      Duration.ofMillis(1),
                      Duration.ofMillis(2),
                      true)),
              new ClusterConfig(
                  cluster(cluster, pair, patience),
                  endpoints(cluster, broken.port(), right.port()))));
      while (mesh.telemetry.calls("cluster/" + cluster + "/ejected") == 0) {
        assertThat(client.get(mesh.port(), "/").body()).isEqualTo("good");
      }
      List<Line> lines = mesh.telemetry.lines();
      int before = lines.size();
      for (int i = 0; i < 10; i++) {
        assertThat(client.get(mesh.port(), "/").body()).isEqualTo("good");
      }
      await("all lines").until(() -> lines.size() >= before + 10);
      assertThat(lines.subList(before + 1, before + 10))
          .allMatch(line -> line.endpointPort() == right.port() && line.attempts() == 1);
    }
  }

  private static Client client(Pair pair) {
    if (!pair.mtls) {
      return pair.down2 ? mesh.h2 : mesh.h1;
    }
    HttpVersion version = pair.down2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    return new Client(mesh.outside, Tls.client(version, CA.workload("shop", "caller"), CA));
  }

  private static Listener listener(Pair pair) {
    DownstreamTls tls = pair.mtls ? Tls.downstream("h2", "http/1.1") : null;
    return Configs.listener(
        "in", List.of(), Configs.chain("", ChainMatch.ANY, tls, Configs.manager("in", "routes")));
  }

  private static Cluster cluster(String name, Pair pair, Duration patience) {
    UpstreamTls tls =
        pair.mtls
            ? Tls.upstream(
                "spiffe://weft.local/ns/shop/sa/app", "app.shop", pair.up2 ? "h2" : "http/1.1")
            : null;
    return new Cluster(
        name,
        new Cluster.Eds(name),
        new LbPolicy.RoundRobin(),
        patience,
        pair.up2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1,
        tls,
        Map.of(Priority.DEFAULT, Cluster.Thresholds.DEFAULTS),
        OutlierDetection.consecutive5xx(
            2,
            Duration.ofHours(1),
            new OutlierDetection.Ejection(
                Duration.ofHours(1), Duration.ofHours(1), Duration.ZERO, 50, false)),
        0,
        Duration.ofHours(1),
        50);
  }
}
