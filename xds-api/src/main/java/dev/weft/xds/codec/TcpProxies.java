package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.model.ClusterTarget;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.type.v3.HashPolicy;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}. */
final class TcpProxies {
  private static final Duration DEFAULT_IDLE = Duration.ofHours(1);

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
        MetadataValues.balancing(proxy.getMetadataMatch()));
  }

  private static Duration maxDuration(TcpProxy proxy, DecodeScope scope) {
    if (!proxy.hasMaxDownstreamConnectionDuration()) {
      return Duration.ZERO;
    }
    Duration max = Wire.duration(proxy.getMaxDownstreamConnectionDuration(), scope);
    scope.require(max.toMillis() > 0, "must be at least a millisecond");
    return max;
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
