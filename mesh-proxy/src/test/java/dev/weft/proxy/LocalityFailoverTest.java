package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Load;
import dev.weft.proxy.testkit.Statistics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The endpoints of a locality die one after the other under load, and come back: another locality
 * takes over as much as it has to, and no request fails.
 */
class LocalityFailoverTest {
  private static final int CLIENTS = 8;

  private static final String ROUTES =
      """
      - match: {prefix: /}
        route:
          cluster: shop
          retry_policy:
            retry_on: connect-failure,refused-stream,reset,gateway-error
            num_retries: 4
            retry_back_off: {base_interval: 0.005s, max_interval: 0.02s}
      """;

  @TempDir Path folder;
  private final Vertx outside = Vertx.vertx();
  private final Client client = new Client(outside, HttpVersion.HTTP_1_1);
  private final Backend first = Backend.named(outside, "near 1");
  private final Backend second = Backend.named(outside, "near 2");
  private final Backend far = Backend.named(outside, "far");
  private final Backend alsoFar = Backend.named(outside, "far");

  /** What makes one locality the one to prefer. */
  private enum Preference {
    /** Half of two endpoints, overprovisioned 1.4 times, takes 70 %. */
    PRIORITY("", "priority: 0", "priority: 1", 1, 0.7),
    /** 99 to 1; half of the endpoints makes it 69.3 to 1. */
    WEIGHT(
        "common_lb_config: {locality_weighted_lb_config: {}, healthy_panic_threshold: {value: 0}}",
        "load_balancing_weight: 99",
        "load_balancing_weight: 1",
        0.99,
        69.3 / 70.3);

    private final String said;
    private final String near;
    private final String far;
    private final double share;
    private final double shareOfHalf;

    Preference(String said, String near, String far, double share, double shareOfHalf) {
      this.said = said;
      this.near = near;
      this.far = far;
      this.share = share;
      this.shareOfHalf = shareOfHalf;
    }
  }

  @AfterEach
  void close() {
    Client.await(outside.close());
  }

  private String clusters(Preference preference) {
    return """
    - name: shop
      type: STATIC
      connect_timeout: 1s
      circuit_breakers: {thresholds: [{max_retries: 100}]}
      %s
      health_checks:
      - {timeout: 1s, interval: 0.1s, no_traffic_interval: 0.1s, unhealthy_threshold: 1, healthy_threshold: 2, http_health_check: {path: /healthz}}
      outlier_detection: {consecutive_5xx: 1, base_ejection_time: 60s, max_ejection_percent: 100, enforcing_success_rate: 0}
      load_assignment:
        cluster_name: shop
        endpoints:
        - locality: {region: here, zone: a}
          %s
          lb_endpoints:
          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
        - locality: {region: there, zone: b}
          %s
          lb_endpoints:
          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
          - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(
            preference.said,
            preference.near,
            first.port(),
            second.port(),
            preference.far,
            far.port(),
            alsoFar.port());
  }

  @ParameterizedTest
  @EnumSource
  void anotherLocalityTakesOverAndGivesBack(Preference preference) throws Exception {
    try (Proxy proxy =
        FromBootstrap.start(folder, FromBootstrap.ADMIN, ROUTES, clusters(preference))) {
      Statistics statistics = new Statistics(proxy.ports().get("admin"));
      awaitHealthy(statistics, 4);
      Load load = Load.gets(outside, client, proxy.ports().get("in"), "/", CLIENTS);
      try (load) {
        assertThat(near(load.next(500))).isCloseTo(preference.share, within(0.1));

        first.goDown();
        awaitHealthy(statistics, 3);
        Map<String, Long> half = load.next(1000);
        assertThat(half).doesNotContainKey("200 near 1");
        assertThat(near(half)).isCloseTo(preference.shareOfHalf, within(0.1));

        second.goDown();
        awaitHealthy(statistics, 2);
        assertThat(load.next(300)).containsOnlyKeys("200 far");

        first.back();
        second.back();
        awaitHealthy(statistics, 4);
        Map<String, Long> again = load.next(500);
        assertThat(again).containsKeys("200 near 1", "200 near 2");
        assertThat(near(again)).isCloseTo(preference.share, within(0.1));
      }
      assertThat(load.all())
          .as("no request failed")
          .containsOnlyKeys("200 near 1", "200 near 2", "200 far");
      assertThat(statistics.of("cluster.shop.outlier_detection.ejections_active")).isZero();
    }
  }

  private static void awaitHealthy(Statistics statistics, int endpoints) {
    await(endpoints + " endpoints that are well")
        .until(() -> statistics.of("cluster.shop.membership_healthy") == endpoints);
  }

  /** The share of the locality that is preferred. */
  private static double near(Map<String, Long> answers) {
    long all = answers.values().stream().mapToLong(Long::longValue).sum();
    return (double) (all - answers.getOrDefault("200 far", 0L)) / all;
  }
}
