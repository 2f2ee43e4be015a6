package dev.weft.control.admin;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Live request rates. */
public interface TrafficView {
  /** Services with traffic in the last seconds, by namespace and name. */
  CompletionStage<List<ServiceTraffic>> rates();

  /**
   * One service as its callers see it.
   *
   * @param requestsPerSecond all of them
   * @param errorsPerSecond those that failed
   * @param p50Millis median time of a request; NaN where it is not measured
   * @param p99Millis 99th percentile; NaN where it is not measured
   */
  record ServiceTraffic(
      String namespace,
      String name,
      double requestsPerSecond,
      double errorsPerSecond,
      double p50Millis,
      double p99Millis) {}
}
