package dev.weft.proxy.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterLoad;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LoadReportsTest {
  private static ClusterLoad load(long succeeded, long failed, Map<Double, Long> times) {
    return new ClusterLoad(succeeded, failed, 1, succeeded + failed, new TreeMap<>(times));
  }

  @Test
  void onlyWhatHappenedSinceTheLastReportIsSent() {
    LoadReports reports = new LoadReports(Map.of("cart.shop/grpc", load(10, 1, Map.of())), 0);

    List<ClusterStats> sent =
        reports.next(
            Map.of(
                "cart.shop/grpc",
                load(
                    14,
                    2,
                    Map.of(0.5, 1L, 1.0, 2L, 5.0, 1L, 30_000.0, 1L, Double.POSITIVE_INFINITY, 1L))),
            2_500_000_000L);

    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().getClusterName()).isEqualTo("cart.shop/grpc");
    assertThat(sent.getFirst().getLoadReportInterval().getSeconds()).isEqualTo(2);
    assertThat(sent.getFirst().getLoadReportInterval().getNanos()).isEqualTo(500_000_000);
    UpstreamLocalityStats stats = sent.getFirst().getUpstreamLocalityStats(0);
    assertThat(stats.getTotalSuccessfulRequests()).isEqualTo(4);
    assertThat(stats.getTotalErrorRequests()).isEqualTo(1);
    assertThat(stats.getLoadMetricStatsList())
        .extracting(
            EndpointLoadMetricStats::getMetricName,
            EndpointLoadMetricStats::getNumRequestsFinishedWithMetric)
        .containsExactlyInAnyOrder(
            org.assertj.core.groups.Tuple.tuple("weft_request_ms_le_1", 3L),
            org.assertj.core.groups.Tuple.tuple("weft_request_ms_le_5", 1L),
            org.assertj.core.groups.Tuple.tuple("weft_request_ms_le_inf", 2L));
  }

  @Test
  void aQuietClusterIsLeftOutAndOneThatCameBackCountsFromZero() {
    LoadReports reports =
        new LoadReports(Map.of("quiet", load(3, 0, Map.of()), "back", load(100, 0, Map.of())), 0);

    List<ClusterStats> sent =
        reports.next(Map.of("quiet", load(3, 0, Map.of()), "back", load(2, 0, Map.of())), 1);

    assertThat(sent).extracting(ClusterStats::getClusterName).containsExactly("back");
    assertThat(sent.getFirst().getUpstreamLocalityStats(0).getTotalSuccessfulRequests())
        .isEqualTo(2);
  }
}
