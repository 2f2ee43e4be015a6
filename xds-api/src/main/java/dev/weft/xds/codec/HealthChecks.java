package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Intervals;
import dev.weft.xds.model.HealthCheck.Probe;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.HealthCheck}. */
final class HealthChecks {
  private static final Duration DEFAULT_NO_TRAFFIC = Duration.ofSeconds(60);

  private HealthChecks() {}

  /** The check of a cluster; null if it has none. */
  static @Nullable HealthCheck decode(
      Cluster cluster, UpstreamProtocol protocol, DecodeScope scope) {
    if (cluster.getHealthChecksCount() == 0) {
      return null;
    }
    // As Envoy.
    scope
        .at("health_checks")
        .require(cluster.getHealthChecksCount() == 1, "has more than one, which is not supported");
    var check = cluster.getHealthChecks(0);
    DecodeScope at = scope.at("health_checks", 0);
    return new HealthCheck(
        required(check.getTimeout(), at.at("timeout")),
        intervals(check, at),
        threshold(
            check.hasUnhealthyThreshold(),
            check.getUnhealthyThreshold().getValue(),
            at.at("unhealthy_threshold")),
        threshold(
            check.hasHealthyThreshold(),
            check.getHealthyThreshold().getValue(),
            at.at("healthy_threshold")),
        !check.hasReuseConnection() || check.getReuseConnection().getValue(),
        check.getTlsOptions().getAlpnProtocolsList(),
        cluster.getCommonLbConfig().getIgnoreNewHostsUntilFirstHc(),
        cluster.getIgnoreHealthOnHostRemoval(),
        probe(check, protocol, at),
        HealthEventLogs.decode(check, at),
        check.hasTransportSocketMatchCriteria()
            ? MetadataValues.decode(check.getTransportSocketMatchCriteria())
            : null);
  }

  private static int threshold(boolean set, int unsigned, DecodeScope scope) {
    scope.require(set, "must be set");
    return Wire.number(unsigned, 0, Integer.MAX_VALUE, scope);
  }

  private static Intervals intervals(
      io.envoyproxy.envoy.config.core.v3.HealthCheck check, DecodeScope scope) {
    Duration interval = required(check.getInterval(), scope.at("interval"));
    Duration noTraffic =
        check.hasNoTrafficInterval()
            ? required(check.getNoTrafficInterval(), scope.at("no_traffic_interval"))
            : DEFAULT_NO_TRAFFIC;
    Duration unhealthy =
        check.hasUnhealthyInterval()
            ? required(check.getUnhealthyInterval(), scope.at("unhealthy_interval"))
            : interval;
    return new Intervals(
        interval,
        Wire.duration(check.getInitialJitter(), scope.at("initial_jitter")),
        Wire.duration(check.getIntervalJitter(), scope.at("interval_jitter")),
        Wire.number(
            check.getIntervalJitterPercent(),
            0,
            Integer.MAX_VALUE,
            scope.at("interval_jitter_percent")),
        noTraffic,
        check.hasNoTrafficHealthyInterval()
            ? required(check.getNoTrafficHealthyInterval(), scope.at("no_traffic_healthy_interval"))
            : noTraffic,
        unhealthy,
        check.hasUnhealthyEdgeInterval()
            ? required(check.getUnhealthyEdgeInterval(), scope.at("unhealthy_edge_interval"))
            : unhealthy,
        check.hasHealthyEdgeInterval()
            ? required(check.getHealthyEdgeInterval(), scope.at("healthy_edge_interval"))
            : interval);
  }

  private static Duration required(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration decoded = Wire.duration(duration, scope);
    scope.require(decoded.isPositive(), "must be set, to more than 0s");
    return decoded;
  }

  private static Probe probe(
      io.envoyproxy.envoy.config.core.v3.HealthCheck check,
      UpstreamProtocol protocol,
      DecodeScope scope) {
    return switch (check.getHealthCheckerCase()) {
      case HTTP_HEALTH_CHECK ->
          HttpProbes.decode(check.getHttpHealthCheck(), scope.at("http_health_check"));
      case TCP_HEALTH_CHECK ->
          Probes.decode(check.getTcpHealthCheck(), scope.at("tcp_health_check"));
      case GRPC_HEALTH_CHECK -> {
        scope
            .at("grpc_health_check")
            .require(
                protocol != UpstreamProtocol.HTTP1,
                "needs a cluster that speaks HTTP/2: set http2_protocol_options");
        yield Probes.decode(check.getGrpcHealthCheck(), scope.at("grpc_health_check"));
      }
      case CUSTOM_HEALTH_CHECK -> Probes.NOTHING; // refused by the field policy
      case HEALTHCHECKER_NOT_SET -> {
        scope.problem("must have one of http_health_check, tcp_health_check and grpc_health_check");
        yield Probes.NOTHING;
      }
    };
  }

  static void encode(HealthCheck check, Cluster.Builder cluster) {
    Intervals intervals = check.intervals();
    var encoded =
        cluster
            .addHealthChecksBuilder()
            .setTimeout(Wire.duration(check.timeout()))
            .setInterval(Wire.duration(intervals.interval()))
            .setInitialJitter(Wire.duration(intervals.initialJitter()))
            .setIntervalJitter(Wire.duration(intervals.jitter()))
            .setIntervalJitterPercent(intervals.jitterPercent())
            .setNoTrafficInterval(Wire.duration(intervals.noTraffic()))
            .setNoTrafficHealthyInterval(Wire.duration(intervals.noTrafficHealthy()))
            .setUnhealthyInterval(Wire.duration(intervals.unhealthy()))
            .setUnhealthyEdgeInterval(Wire.duration(intervals.unhealthyEdge()))
            .setHealthyEdgeInterval(Wire.duration(intervals.healthyEdge()))
            .setUnhealthyThreshold(Wire.uint32(check.unhealthyThreshold()))
            .setHealthyThreshold(Wire.uint32(check.healthyThreshold()))
            .setReuseConnection(Wire.bool(check.reuseConnection()));
    if (!check.alpn().isEmpty()) {
      encoded.getTlsOptionsBuilder().addAllAlpnProtocols(check.alpn());
    }
    if (check.transport() != null) {
      encoded.setTransportSocketMatchCriteria(MetadataValues.encode(check.transport()));
    }
    if (check.log() != null) {
      HealthEventLogs.encode(check.log(), encoded);
    }
    switch (check.probe()) {
      case HealthCheck.Http http -> encoded.setHttpHealthCheck(HttpProbes.encode(http));
      case HealthCheck.Tcp tcp -> encoded.setTcpHealthCheck(Probes.encode(tcp));
      case HealthCheck.Grpc grpc -> encoded.setGrpcHealthCheck(Probes.encode(grpc));
    }
    cluster.getCommonLbConfigBuilder().setIgnoreNewHostsUntilFirstHc(check.uncountedUntilChecked());
    cluster.setIgnoreHealthOnHostRemoval(check.goneAtOnce());
  }
}
