package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Answers health checks ({@code envoy.extensions.filters.http.health_check.v3.HealthCheck}).
 *
 * @param passThrough whether the endpoint answers them
 * @param cacheTime how long an endpoint's answer is kept at most, in whole milliseconds; zero for
 *     not at all, as without {@code passThrough}
 * @param minHealthy by cluster, the percentage of endpoints that must be healthy; empty with {@code
 *     passThrough}
 * @param headers what makes a request a health check; all must match
 */
public record HealthCheckFilter(
    String name,
    boolean passThrough,
    Duration cacheTime,
    Map<String, Double> minHealthy,
    List<HeaderMatch> headers)
    implements HttpFilterConfig {
  public HealthCheckFilter {
    minHealthy = Map.copyOf(minHealthy);
    headers = List.copyOf(headers);
  }
}
