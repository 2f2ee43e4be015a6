package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.retry;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.Tracked;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import java.io.IOException;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** {@code per_endpoint_stats}, as Envoy 1.40.0 was seen to count. */
class EndpointStatisticsTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static ClusterConfig counted(boolean counted, int port) {
    Cluster plain = Configs.cluster("c", UpstreamProtocol.HTTP1, null, Thresholds.DEFAULTS, null);
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
            plain.connections(),
            plain.statName(),
            new Tracked(false, false, counted),
            Map.of()),
        endpoints("c", port));
  }

  private long count(int port, String name) {
    return mesh.telemetry.count("cluster.c.endpoint.127.0.0.1_" + port + "." + name);
  }

  @Test
  void answersCountByWhatTheySay() {
    Backend backend =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .setStatusCode(Integer.parseInt(request.path().substring(1)))
                    .end());
    int port = backend.port();
    mesh.apply(config(all("c"), counted(true, port)));
    assertThat(count(port, "healthy")).isEqualTo(1);

    mesh.h1.get(mesh.port(), "/200");
    mesh.h1.get(mesh.port(), "/404");
    mesh.h1.get(mesh.port(), "/503");
    await("every request over").until(() -> count(port, "rq_active") == 0);
    assertThat(count(port, "rq_total")).isEqualTo(3);
    assertThat(count(port, "rq_success")).isEqualTo(2);
    assertThat(count(port, "rq_error")).isEqualTo(1);
    assertThat(count(port, "rq_timeout")).isZero();
    assertThat(count(port, "rq_pending_active")).isZero();
    assertThat(count(port, "cx_total")).isPositive().isEqualTo(count(port, "cx_active"));

    mesh.apply(config(all("c"), counted(false, port)));
    mesh.h1.get(mesh.port(), "/200");
    assertThat(count(port, "rq_total")).isEqualTo(3);
  }

  @Test
  void triesThatNobodyAnswersAreErrors() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    mesh.apply(config(all("c", retry(1, RetryOn.CONNECT_FAILURE)), counted(true, port)));
    assertThat(mesh.h1.get(mesh.port(), "/").status()).isEqualTo(503);
    assertThat(count(port, "rq_error")).isEqualTo(2);
    assertThat(count(port, "cx_connect_fail")).isEqualTo(2);
    assertThat(count(port, "cx_total")).isEqualTo(2);
    assertThat(count(port, "cx_active")).isZero();
    assertThat(count(port, "rq_total")).isZero();
    assertThat(count(port, "rq_pending_active")).isZero();
  }
}
