package dev.weft.control.xds;

import dev.weft.control.admin.TrafficView;
import dev.weft.control.xds.LoadReport.Load;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Adds up what the sidecars report: of each sidecar its last report, while it is fresh; of other
 * nodes their sums. Thread-safe.
 */
final class TrafficRates implements TrafficView {
  private static final Duration FRESH = Duration.ofSeconds(10);

  private final TrafficTable table;
  private final InstantSource clock;
  private final Map<String, Reported> byProxy = new ConcurrentHashMap<>();

  /** Whether the row of this node says anything; touched by one share at a time. */
  private volatile boolean shared = true;

  private record Reported(Instant at, LoadReport report) {}

  TrafficRates(TrafficTable table, InstantSource clock) {
    this.table = table;
    this.clock = clock;
  }

  /** A sidecar's report replaces its last one. */
  void reported(String proxyId, LoadReport report) {
    byProxy.put(proxyId, new Reported(clock.instant(), report));
  }

  /** A sidecar reports no more. */
  void forget(String proxyId) {
    byProxy.remove(proxyId);
  }

  /** Shares this node's sums; to be called every few seconds. */
  CompletionStage<Void> share() {
    Map<String, Load> own = own();
    if (own.isEmpty() && !shared) {
      return CompletableFuture.completedStage(null);
    }
    shared = !own.isEmpty();
    return table.write(own, clock.instant());
  }

  @Override
  public CompletionStage<List<ServiceTraffic>> rates() {
    return table
        .ofOtherNodes(clock.instant().minus(FRESH))
        .thenApply(
            others -> {
              Map<String, Load> all = new TreeMap<>(own());
              others.forEach(
                  node -> node.forEach((service, load) -> all.merge(service, load, Load::plus)));
              return all.entrySet().stream()
                  .map(entry -> traffic(entry.getKey(), entry.getValue()))
                  .sorted(
                      Comparator.comparing(ServiceTraffic::namespace)
                          .thenComparing(ServiceTraffic::name))
                  .toList();
            });
  }

  private Map<String, Load> own() {
    Instant oldest = clock.instant().minus(FRESH);
    byProxy.values().removeIf(reported -> reported.at().isBefore(oldest));
    Map<String, Load> own = new TreeMap<>();
    for (Reported reported : byProxy.values()) {
      reported
          .report()
          .byService()
          .forEach((service, load) -> own.merge(service, load, Load::plus));
    }
    return own;
  }

  private static ServiceTraffic traffic(String host, Load load) {
    int dot = host.indexOf('.');
    return new ServiceTraffic(
        host.substring(dot + 1),
        host.substring(0, dot),
        load.requestsPerSecond(),
        load.errorsPerSecond(),
        LatencyBuckets.percentile(load.latency(), 0.5),
        LatencyBuckets.percentile(load.latency(), 0.99));
  }
}
