package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A logical endpoint is one and the same wherever its name leads. */
class LogicalDnsTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static Cluster logical(UpstreamProtocol protocol) {
    EndpointSet.Endpoint named =
        new EndpointSet.Endpoint(
            new SocketAddress("app.test", 80), "", EndpointSet.HealthStatus.UNKNOWN, 1, Map.of());
    EndpointSet set =
        new EndpointSet(
            "c",
            List.of(
                new EndpointSet.LocalityEndpoints(
                    new EndpointSet.Locality("", "", ""), 0, 1, List.of(named))),
            140);
    return new Cluster(
        "c",
        new Cluster.LogicalDns(set, DnsResolution.every(Duration.ofSeconds(5))),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(2),
        protocol,
        null,
        Map.of(),
        null,
        0,
        Duration.ofHours(1),
        50);
  }

  private void leadTo(UpstreamProtocol protocol, int port) {
    mesh.apply(config(all("c"), new ClusterConfig(logical(protocol), endpoints("c", port))));
  }

  /** On one connection, so that one loop's pool is asked. */
  private String get() {
    return mesh.h2.get(mesh.port(), "/").body();
  }

  private ActiveEndpoint endpoint() {
    return mesh.path.runtime().cluster("c").members().getFirst().endpoint();
  }

  @ParameterizedTest
  @EnumSource(
      value = UpstreamProtocol.class,
      names = {"HTTP1", "HTTP2"})
  void connectionsToEarlierAddressesStay(UpstreamProtocol protocol) {
    Backend before = Backend.named(mesh.outside, "before");
    Backend after = Backend.named(mesh.outside, "after");
    leadTo(protocol, before.port());
    assertThat(get()).isEqualTo("before");
    ActiveEndpoint known = endpoint();

    leadTo(protocol, after.port());
    assertThat(endpoint()).isEqualTo(known);
    assertThat(endpoint().address().getPort()).isEqualTo(after.port());
    assertThat(get()).isEqualTo("before");
    assertThat(mesh.telemetry.lines().getLast().endpointPort()).isEqualTo(before.port());

    before.close();
    await("a connection to where it is now").until(() -> get().equals("after"));
    assertThat(mesh.telemetry.lines().getLast().endpointPort()).isEqualTo(after.port());
  }
}
