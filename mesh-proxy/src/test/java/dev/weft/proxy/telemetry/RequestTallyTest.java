package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.telemetry.RequestGroup.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is counted for routes and virtual clusters beside the cluster, and what it is called. */
class RequestTallyTest {
  private static final RequestGroup ROUTE = new RequestGroup("shop", Kind.ROUTE, "checkout");
  private static final RequestGroup CARTS = new RequestGroup("shop", Kind.VIRTUAL_CLUSTER, "carts");

  private final MeshTelemetry telemetry =
      new MeshTelemetry(exchange -> {}, direction -> request -> Tracing.Span.NONE);
  private final ClusterStats cluster = telemetry.cluster("a");

  @Test
  void aRequestCountsForItsClusterAndForEachOfItsGroups() {
    RequestTally tally = telemetry.tally(List.of(ROUTE, CARTS));
    tally.sent();
    tally.retry(cluster);
    tally.sent();
    tally.retrySucceeded(cluster);
    tally.answered(cluster, 201);
    tally.took(cluster, 7_000_000);

    for (String group :
        List.of("cluster.a.", "vhost.shop.route.checkout.", "vhost.shop.vcluster.carts.")) {
      assertThat(plain())
          .contains(
              group + "upstream_rq_retry: 1",
              group + "upstream_rq_retry_success: 1",
              group + "upstream_rq_completed: 1",
              group + "upstream_rq_201: 1",
              group + "upstream_rq_2xx: 1",
              group + "upstream_rq_time.count: 1",
              group + "upstream_rq_time.sum_ms: 7");
    }
    assertThat(plain())
        .contains(
            "vhost.shop.route.checkout.upstream_rq_total: 2",
            "vhost.shop.vcluster.carts.upstream_rq_total: 2");
  }

  @Test
  void anAnswerOfTheProxysOwnHasNoTime() {
    RequestTally tally = telemetry.tally(List.of(CARTS));
    tally.timeout(cluster);
    tally.retryLimitExceeded(cluster);
    tally.retryOverflow(cluster);
    tally.answered(cluster, 504);
    assertThat(plain())
        .contains(
            "vhost.shop.vcluster.carts.upstream_rq_timeout: 1",
            "vhost.shop.vcluster.carts.upstream_rq_retry_limit_exceeded: 1",
            "vhost.shop.vcluster.carts.upstream_rq_retry_overflow: 1",
            "vhost.shop.vcluster.carts.upstream_rq_504: 1",
            "vhost.shop.vcluster.carts.upstream_rq_time.count: 0");
  }

  @Test
  void labelsSayWhichVirtualHostAndWhichGroup() {
    telemetry.tally(List.of(ROUTE, CARTS)).answered(cluster, 503);
    PrometheusText text = new PrometheusText();
    telemetry.writePrometheus(text);
    assertThat(text.toString().lines())
        .contains(
            "envoy_vhost_route_upstream_rq_completed"
                + "{envoy_route=\"checkout\",envoy_virtual_host=\"shop\"} 1",
            "envoy_vhost_vcluster_upstream_rq{envoy_response_code=\"503\","
                + "envoy_virtual_cluster=\"carts\",envoy_virtual_host=\"shop\"} 1")
        .doesNotHaveDuplicates();
  }

  @Test
  void theSameGroupIsCountedTogether() {
    telemetry.tally(List.of(CARTS)).sent();
    telemetry.tally(List.of(ROUTE, CARTS)).sent();
    assertThat(plain()).contains("vhost.shop.vcluster.carts.upstream_rq_total: 2");
  }

  @Test
  void groupsThatAreNotConfiguredAnyMoreAreForgotten() {
    telemetry.tally(List.of(ROUTE, CARTS)).sent();
    telemetry.retain(ProxyConfig.EMPTY);
    assertThat(plain()).noneMatch(line -> line.startsWith("vhost."));
  }

  @Test
  void aRequestOfNoGroupCountsForItsClusterAlone() {
    RequestTally.NONE.sent();
    RequestTally.NONE.retry(cluster);
    assertThat(plain())
        .contains("cluster.a.upstream_rq_retry: 1")
        .noneMatch(line -> line.startsWith("vhost."));
  }

  private List<String> plain() {
    StringBuilder out = new StringBuilder();
    telemetry.writePlain(out);
    return out.toString().lines().toList();
  }
}
