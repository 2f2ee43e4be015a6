package dev.weft.proxy.sidecar;

import com.google.protobuf.Duration;
import dev.weft.proxy.telemetry.ClusterLoad;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * From running totals to what LRS carries: the difference since the last report. Answer times go as
 * named metrics, {@code weft_request_ms_le_N}. Pure but for the memory of the last report; confined
 * to one thread at a time.
 */
final class LoadReports {
  private static final double[] BOUNDS = {
    1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000
  };
  private static final String METRIC = "weft_request_ms_le_";

  private Map<String, ClusterLoad> last;
  private long lastNanos;

  LoadReports(Map<String, ClusterLoad> begin, long nowNanos) {
    this.last = Map.copyOf(begin);
    this.lastNanos = nowNanos;
  }

  /** What happened since the last call; clusters without traffic are left out. */
  List<ClusterStats> next(Map<String, ClusterLoad> totals, long nowNanos) {
    java.time.Duration passed = java.time.Duration.ofNanos(nowNanos - lastNanos);
    Duration interval =
        Duration.newBuilder().setSeconds(passed.getSeconds()).setNanos(passed.getNano()).build();
    List<ClusterStats> reports = new ArrayList<>();
    totals.forEach(
        (name, load) -> {
          ClusterLoad before = last.get(name);
          // a cluster that was removed and came back counts from zero again
          boolean continues = before != null && before.issued() <= load.issued();
          UpstreamLocalityStats stats = difference(load, continues ? before : null);
          if (stats.getTotalIssuedRequests() > 0
              || stats.getTotalSuccessfulRequests() > 0
              || stats.getTotalErrorRequests() > 0) {
            reports.add(
                ClusterStats.newBuilder()
                    .setClusterName(name)
                    .setLoadReportInterval(interval)
                    .addUpstreamLocalityStats(stats)
                    .build());
          }
        });
    last = Map.copyOf(totals);
    lastNanos = nowNanos;
    return reports;
  }

  private static UpstreamLocalityStats difference(ClusterLoad now, @Nullable ClusterLoad before) {
    UpstreamLocalityStats.Builder stats =
        UpstreamLocalityStats.newBuilder()
            .setTotalSuccessfulRequests(now.succeeded() - (before == null ? 0 : before.succeeded()))
            .setTotalErrorRequests(now.failed() - (before == null ? 0 : before.failed()))
            .setTotalIssuedRequests(now.issued() - (before == null ? 0 : before.issued()))
            .setTotalRequestsInProgress(Math.max(0, now.inProgress()));
    Map<String, Long> times = new TreeMap<>();
    now.answersByMillis()
        .forEach(
            (bound, count) -> {
              long earlier = before == null ? 0 : before.answersByMillis().getOrDefault(bound, 0L);
              if (count > earlier) {
                times.merge(metric(bound), count - earlier, Long::sum);
              }
            });
    times.forEach(
        (metric, count) ->
            stats.addLoadMetricStats(
                EndpointLoadMetricStats.newBuilder()
                    .setMetricName(metric)
                    .setNumRequestsFinishedWithMetric(count)));
    return stats.build();
  }

  private static String metric(double millis) {
    for (double bound : BOUNDS) {
      if (millis <= bound) {
        return METRIC + (long) bound;
      }
    }
    return METRIC + "inf";
  }
}
