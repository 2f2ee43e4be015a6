package dev.weft.control.xds;

import dev.weft.control.compile.MeshNames;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What callers saw of each service in one interval, per second. */
record LoadReport(Map<String, Load> byService) {
  LoadReport {
    byService = Map.copyOf(byService);
  }

  /**
   * The load of one service.
   *
   * @param latency requests per second by {@link LatencyBuckets}
   */
  @SuppressWarnings("ArrayRecordComponent") // made here, never changed
  record Load(double requestsPerSecond, double errorsPerSecond, double[] latency) {
    Load plus(Load other) {
      double[] sum = latency.clone();
      for (int i = 0; i < sum.length; i++) {
        sum[i] += other.latency[i];
      }
      return new Load(
          requestsPerSecond + other.requestsPerSecond,
          errorsPerSecond + other.errorsPerSecond,
          sum);
    }
  }

  /** Adds up the clusters of each service; a cluster without an interval says nothing. */
  static LoadReport of(List<ClusterStats> clusters) {
    Map<String, Load> byService = new HashMap<>();
    for (ClusterStats cluster : clusters) {
      String service = MeshNames.serviceOfCluster(cluster.getClusterName());
      double seconds =
          cluster.getLoadReportInterval().getSeconds()
              + cluster.getLoadReportInterval().getNanos() / 1e9;
      // Inbound clusters have no service in their name: the callers report that traffic.
      if (seconds > 0 && service.indexOf('.') > 0) {
        byService.merge(service, load(cluster, seconds), Load::plus);
      }
    }
    return new LoadReport(byService);
  }

  private static Load load(ClusterStats cluster, double seconds) {
    double requests = 0;
    double errors = cluster.getTotalDroppedRequests();
    double[] latency = new double[LatencyBuckets.COUNT];
    for (UpstreamLocalityStats stats : cluster.getUpstreamLocalityStatsList()) {
      requests += stats.getTotalSuccessfulRequests();
      errors += stats.getTotalErrorRequests();
      for (EndpointLoadMetricStats metric : stats.getLoadMetricStatsList()) {
        LatencyBuckets.indexOf(metric.getMetricName())
            .ifPresent(i -> latency[i] += metric.getNumRequestsFinishedWithMetric() / seconds);
      }
    }
    return new Load((requests + errors) / seconds, errors / seconds, latency);
  }
}
