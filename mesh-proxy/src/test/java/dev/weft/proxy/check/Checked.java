package dev.weft.proxy.check;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Checking;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Intervals;
import dev.weft.xds.model.HealthCheck.Probe;
import dev.weft.xds.model.HealthCheck.Statuses;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.UpstreamTls;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Clusters with health checks, as tests need them: often, and with small thresholds. */
final class Checked {
  static final Duration OFTEN = Duration.ofMillis(10);
  static final Duration NEVER = Duration.ofHours(1);

  private Checked() {}

  /** GET /health, 200 or not. */
  static HealthCheck.Http http() {
    return http(false);
  }

  static HealthCheck.Http http(boolean http2) {
    return new HealthCheck.Http(
        "GET",
        "",
        "/health",
        List.of(),
        List.of(),
        "",
        List.of(),
        1024,
        List.of(new Statuses(200, 201)),
        List.of(),
        http2,
        null);
  }

  static HealthCheck every(Duration interval, Probe probe) {
    return every(interval, Duration.ofSeconds(5), true, probe);
  }

  /** Two failures, or two successes, count. */
  static HealthCheck every(Duration interval, Duration timeout, boolean reuse, Probe probe) {
    return new HealthCheck(
        timeout,
        new Intervals(
            interval,
            Duration.ZERO,
            Duration.ZERO,
            0,
            interval,
            interval,
            interval,
            interval,
            interval),
        2,
        2,
        reuse,
        List.of(),
        false,
        false,
        probe);
  }

  /** The cluster {@code up} without panic. */
  static Cluster cluster(UpstreamProtocol protocol, UpstreamTls tls, HealthCheck check) {
    return cluster(protocol, tls, check, null, 0);
  }

  static Cluster cluster(
      UpstreamProtocol protocol,
      UpstreamTls tls,
      HealthCheck check,
      OutlierDetection outliers,
      int panic) {
    return new Cluster(
        "up",
        new Cluster.Eds("up"),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(2),
        protocol,
        tls,
        Map.of(),
        outliers,
        0,
        Duration.ofHours(1),
        panic,
        check);
  }

  static ProxyConfig to(Cluster cluster, int... ports) {
    return to(cluster, endpoints("up", ports));
  }

  static ProxyConfig to(Cluster cluster, EndpointSet endpoints) {
    return config(all("up"), new ClusterConfig(cluster, endpoints));
  }

  static EndpointSet endpoint(int port, Checking checking) {
    return new EndpointSet(
        "up",
        List.of(
            new EndpointSet.LocalityEndpoints(
                new EndpointSet.Locality("", "", ""),
                0,
                1,
                List.of(
                    new EndpointSet.Endpoint(
                        new SocketAddress("127.0.0.1", port),
                        "",
                        HealthStatus.UNKNOWN,
                        1,
                        Map.of(),
                        checking)))),
        140);
  }

  /** How many endpoints of {@code up} are not out by checks. */
  static long well(Mesh mesh) {
    return mesh.path.runtime().cluster("up").members().stream()
        .filter(member -> !member.endpoint().failing())
        .count();
  }

  static int count(Mesh mesh) {
    return mesh.path.runtime().cluster("up").members().size();
  }
}
