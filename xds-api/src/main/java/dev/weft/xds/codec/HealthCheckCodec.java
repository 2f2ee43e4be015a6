package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HealthCheckFilter;
import io.envoyproxy.envoy.extensions.filters.http.health_check.v3.HealthCheck;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** {@code envoy.extensions.filters.http.health_check.v3.HealthCheck}. */
final class HealthCheckCodec implements FilterCodec<HealthCheck, HealthCheckFilter> {
  @Override
  public HealthCheck prototype() {
    return HealthCheck.getDefaultInstance();
  }

  @Override
  public Class<HealthCheckFilter> model() {
    return HealthCheckFilter.class;
  }

  @Override
  public HealthCheckFilter decode(String name, HealthCheck message, DecodeScope scope) {
    scope.at("pass_through_mode").require(message.hasPassThroughMode(), "must be set");
    boolean passThrough = message.getPassThroughMode().getValue();
    Duration cacheTime =
        Wire.duration(message.getCacheTime(), scope.at("cache_time"))
            .truncatedTo(ChronoUnit.MILLIS);
    scope
        .at("cache_time")
        .require(passThrough || cacheTime.isZero(), "cannot be set without pass_through_mode");
    Map<String, Double> minimums = new TreeMap<>();
    message
        .getClusterMinHealthyPercentagesMap()
        .forEach(
            (cluster, percent) ->
                minimums.put(
                    cluster,
                    Percents.decode(
                        percent, scope.at("cluster_min_healthy_percentages", cluster))));
    scope
        .at("cluster_min_healthy_percentages")
        .require(
            !passThrough || minimums.isEmpty(), "cannot be set together with pass_through_mode");
    List<HeaderMatch> headers = new ArrayList<>();
    for (int i = 0; i < message.getHeadersCount(); i++) {
      headers.add(HeaderMatches.decode(message.getHeaders(i), scope.at("headers", i)));
    }
    return new HealthCheckFilter(name, passThrough, cacheTime, minimums, headers);
  }

  @Override
  public HealthCheck encode(HealthCheckFilter model) {
    HealthCheck.Builder encoded =
        HealthCheck.newBuilder()
            .setPassThroughMode(Wire.bool(model.passThrough()))
            .addAllHeaders(model.headers().stream().map(HeaderMatches::encode).toList());
    if (!model.cacheTime().isZero()) {
      encoded.setCacheTime(Wire.duration(model.cacheTime()));
    }
    model
        .minHealthy()
        .forEach(
            (cluster, percent) ->
                encoded.putClusterMinHealthyPercentages(
                    cluster, Percent.newBuilder().setValue(percent).build()));
    return encoded.build();
  }
}
