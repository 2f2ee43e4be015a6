package dev.weft.xds.codec;

import com.google.protobuf.DoubleValue;
import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.Cluster.Connections;
import dev.weft.xds.model.Cluster.Endings;
import dev.weft.xds.model.Cluster.HappyEyeballs;
import dev.weft.xds.model.TcpKeepalive;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.PreconnectPolicy;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions.FirstAddressFamilyVersion;
import io.envoyproxy.envoy.config.cluster.v3.UpstreamConnectionOptions.HappyEyeballsConfig;
import org.jspecify.annotations.Nullable;

/**
 * {@code preconnect_policy} and {@code upstream_connection_options} of a cluster, and when its
 * connections end.
 */
final class ConnectionPolicies {
  private static final double MAX_RATIO = 3;

  // What Linux takes.
  private static final int MAX_PROBES = 127;
  private static final int MAX_SECONDS = 32_767;

  private ConnectionPolicies() {}

  /**
   * @param protocols what the protocols' options say
   */
  static Connections decode(
      Cluster cluster, UpstreamProtocols.Options protocols, DecodeScope scope) {
    return new Connections(
        ratio(cluster.getPreconnectPolicy(), scope.at("preconnect_policy")),
        protocols.http2().maxConcurrentStreams(),
        keepalive(cluster.getUpstreamConnectionOptions(), scope.at("upstream_connection_options")),
        protocols.http2().pings(),
        happyEyeballs(
            cluster.getUpstreamConnectionOptions().getHappyEyeballsConfig(),
            scope.at("upstream_connection_options").at("happy_eyeballs_config")),
        protocols.properCase(),
        new Endings(
            cluster.getCloseConnectionsOnHostHealthFailure(),
            cluster.getCommonLbConfig().getCloseConnectionsOnHostSetChange()),
        protocols.common().bounds(),
        CircuitBreakersCodec.mostToEndpoint(
            cluster.getCircuitBreakers(), scope.at("circuit_breakers")),
        BindConfigs.decode(cluster.getUpstreamBindConfig(), scope.at("upstream_bind_config")),
        protocols.names());
  }

  private static HappyEyeballs happyEyeballs(HappyEyeballsConfig config, DecodeScope scope) {
    return new HappyEyeballs(
        switch (config.getFirstAddressFamilyVersion()) {
          case DEFAULT -> HappyEyeballs.FirstFamily.DEFAULT;
          case V4 -> HappyEyeballs.FirstFamily.V4;
          case V6 -> HappyEyeballs.FirstFamily.V6;
          case UNRECOGNIZED -> {
            scope.at("first_address_family_version").problem("is not known");
            yield HappyEyeballs.FirstFamily.DEFAULT;
          }
        },
        config.hasFirstAddressFamilyCount()
            ? Wire.number(
                config.getFirstAddressFamilyCount().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("first_address_family_count"))
            : HappyEyeballs.DEFAULT.count());
  }

  private static double ratio(PreconnectPolicy policy, DecodeScope scope) {
    if (!policy.hasPerUpstreamPreconnectRatio()) {
      return 1;
    }
    double ratio = policy.getPerUpstreamPreconnectRatio().getValue();
    boolean good = ratio >= 1 && ratio <= MAX_RATIO; // false for what is not a number
    scope.at("per_upstream_preconnect_ratio").require(good, "is " + ratio + ", must be 1 to 3");
    return good ? ratio : 1;
  }

  private static @Nullable TcpKeepalive keepalive(
      UpstreamConnectionOptions options, DecodeScope scope) {
    if (!options.hasTcpKeepalive()) {
      return null;
    }
    DecodeScope at = scope.at("tcp_keepalive");
    var keepalive = options.getTcpKeepalive();
    return new TcpKeepalive(
        number(keepalive.getKeepaliveProbes(), MAX_PROBES, at.at("keepalive_probes")),
        number(keepalive.getKeepaliveTime(), MAX_SECONDS, at.at("keepalive_time")),
        number(keepalive.getKeepaliveInterval(), MAX_SECONDS, at.at("keepalive_interval")));
  }

  private static int number(UInt32Value value, int max, DecodeScope scope) {
    return Wire.number(value.getValue(), 0, max, scope);
  }

  static void encode(Connections connections, Cluster.Builder encoded) {
    if (connections.preconnectRatio() > 1) {
      encoded
          .getPreconnectPolicyBuilder()
          .setPerUpstreamPreconnectRatio(DoubleValue.of(connections.preconnectRatio()));
    }
    TcpKeepalive keepalive = connections.keepalive();
    if (keepalive != null) {
      encoded
          .getUpstreamConnectionOptionsBuilder()
          .getTcpKeepaliveBuilder()
          .setKeepaliveProbes(Wire.uint32(keepalive.probes()))
          .setKeepaliveTime(Wire.uint32(keepalive.idleSeconds()))
          .setKeepaliveInterval(Wire.uint32(keepalive.intervalSeconds()));
    }
    encoded.setCloseConnectionsOnHostHealthFailure(connections.endings().relaysOnFailure());
    if (connections.endings().poolsOnChange()) {
      encoded.getCommonLbConfigBuilder().setCloseConnectionsOnHostSetChange(true);
    }
    if (!connections.sources().isEmpty()) {
      encoded.setUpstreamBindConfig(BindConfigs.encode(connections.sources()));
    }
    HappyEyeballs eyeballs = connections.happyEyeballs();
    if (!eyeballs.equals(HappyEyeballs.DEFAULT)) {
      encoded
          .getUpstreamConnectionOptionsBuilder()
          .getHappyEyeballsConfigBuilder()
          .setFirstAddressFamilyVersion(FirstAddressFamilyVersion.valueOf(eyeballs.first().name()))
          .setFirstAddressFamilyCount(Wire.uint32(eyeballs.count()));
    }
  }
}
