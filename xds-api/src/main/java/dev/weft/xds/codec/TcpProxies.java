package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.TcpProxy.Backoff;
import dev.weft.xds.model.TcpProxy.LogOccasions;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy.TcpAccessLogOptions;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}. */
final class TcpProxies {
  private static final Duration DEFAULT_IDLE = Duration.ofHours(1);
  private static final int MAX_OF_BASE = 10;

  private TcpProxies() {}

  static boolean is(Any config) {
    return Extensions.is(config, TcpProxy.getDefaultInstance());
  }

  static dev.weft.xds.model.@Nullable TcpProxy decode(Any config, DecodeScope scope) {
    TcpProxy proxy = scope.unpack(config, TcpProxy.getDefaultInstance());
    if (proxy == null) {
      return null;
    }
    return new dev.weft.xds.model.TcpProxy(
        Wire.text(proxy.getStatPrefix(), scope.at("stat_prefix")),
        target(proxy, scope),
        proxy.hasIdleTimeout()
            ? Wire.duration(proxy.getIdleTimeout(), scope.at("idle_timeout"))
            : DEFAULT_IDLE,
        proxy.hasMaxConnectAttempts()
            ? Wire.number(
                proxy.getMaxConnectAttempts().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("max_connect_attempts"))
            : 1,
        AccessLogs.decode(proxy.getAccessLogList(), scope),
        maxDuration(proxy, scope.at("max_downstream_connection_duration")),
        proxy.getHashPolicyList().stream().anyMatch(HashPolicy::hasSourceIp),
        MetadataValues.balancing(proxy.getMetadataMatch()),
        proxy.hasBackoffOptions()
            ? backoff(proxy.getBackoffOptions(), scope.at("backoff_options"))
            : null,
        logOccasions(proxy, scope));
  }

  private static Backoff backoff(BackoffStrategy backoff, DecodeScope scope) {
    Duration base = atLeastAMilli(backoff.getBaseInterval(), scope.at("base_interval"));
    Duration max =
        backoff.hasMaxInterval()
            ? Wire.duration(backoff.getMaxInterval(), scope.at("max_interval"))
            : base.multipliedBy(MAX_OF_BASE);
    scope.at("max_interval").require(max.compareTo(base) >= 0, "must be at least base_interval");
    return new Backoff(base, max);
  }

  private static Duration atLeastAMilli(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration decoded = Wire.duration(duration, scope);
    scope.require(decoded.toMillis() > 0, "must be at least a millisecond");
    return decoded;
  }

  /** The same may stand in two places, the older of which is deprecated, but in one only. */
  @SuppressWarnings("deprecation")
  private static LogOccasions logOccasions(TcpProxy proxy, DecodeScope scope) {
    if (!proxy.hasAccessLogOptions()) {
      return new LogOccasions(
          proxy.hasAccessLogFlushInterval()
              ? atLeastAMilli(
                  proxy.getAccessLogFlushInterval(), scope.at("access_log_flush_interval"))
              : Duration.ZERO,
          proxy.getFlushAccessLogOnConnected());
    }
    scope
        .at("access_log_flush_interval")
        .require(!proxy.hasAccessLogFlushInterval(), "must not be set beside access_log_options");
    scope
        .at("flush_access_log_on_connected")
        .require(
            !proxy.getFlushAccessLogOnConnected(), "must not be set beside access_log_options");
    TcpAccessLogOptions options = proxy.getAccessLogOptions();
    DecodeScope at = scope.at("access_log_options");
    return new LogOccasions(
        options.hasAccessLogFlushInterval()
            ? atLeastAMilli(options.getAccessLogFlushInterval(), at.at("access_log_flush_interval"))
            : Duration.ZERO,
        options.getFlushAccessLogOnConnected());
  }

  private static Duration maxDuration(TcpProxy proxy, DecodeScope scope) {
    if (!proxy.hasMaxDownstreamConnectionDuration()) {
      return Duration.ZERO;
    }
    return atLeastAMilli(proxy.getMaxDownstreamConnectionDuration(), scope);
  }

  private static ClusterTarget target(TcpProxy proxy, DecodeScope scope) {
    return switch (proxy.getClusterSpecifierCase()) {
      case CLUSTER -> new ClusterTarget.Single(Wire.text(proxy.getCluster(), scope.at("cluster")));
      case WEIGHTED_CLUSTERS ->
          ClusterTargets.decode(proxy.getWeightedClusters(), scope.at("weighted_clusters"));
      case CLUSTERSPECIFIER_NOT_SET -> {
        scope.problem("must have one of cluster and weighted_clusters");
        yield new ClusterTarget.Single("");
      }
    };
  }

  static TcpProxy encode(dev.weft.xds.model.TcpProxy proxy) {
    TcpProxy.Builder encoded =
        TcpProxy.newBuilder()
            .setStatPrefix(proxy.statPrefix())
            .setIdleTimeout(Wire.duration(proxy.idleTimeout()))
            .addAllAccessLog(AccessLogs.encode(proxy.accessLogs()))
            .setMaxConnectAttempts(Wire.uint32(proxy.maxConnectAttempts()));
    if (proxy.maxDownstreamDuration().isPositive()) {
      encoded.setMaxDownstreamConnectionDuration(Wire.duration(proxy.maxDownstreamDuration()));
    }
    if (proxy.hashesSource()) {
      encoded.addHashPolicyBuilder().getSourceIpBuilder();
    }
    if (!proxy.metadataMatch().isEmpty()) {
      encoded.setMetadataMatch(MetadataValues.balancing(proxy.metadataMatch()));
    }
    Backoff backoff = proxy.connectBackoff();
    if (backoff != null) {
      encoded
          .getBackoffOptionsBuilder()
          .setBaseInterval(Wire.duration(backoff.base()))
          .setMaxInterval(Wire.duration(backoff.max()));
    }
    LogOccasions occasions = proxy.logOccasions();
    if (occasions.interval().isPositive()) {
      encoded
          .getAccessLogOptionsBuilder()
          .setAccessLogFlushInterval(Wire.duration(occasions.interval()));
    }
    if (occasions.onConnected()) {
      encoded.getAccessLogOptionsBuilder().setFlushAccessLogOnConnected(true);
    }
    switch (proxy.target()) {
      case ClusterTarget.Single(String cluster) -> encoded.setCluster(cluster);
      case ClusterTarget.FromHeader header ->
          throw new IllegalArgumentException(header + " needs HTTP, which a TCP relay has not");
      case ClusterTarget.Weighted weighted ->
          encoded.setWeightedClusters(ClusterTargets.encodeTcp(weighted));
    }
    return encoded.build();
  }
}
