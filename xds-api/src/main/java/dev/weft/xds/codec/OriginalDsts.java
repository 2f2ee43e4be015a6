package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.OriginalDst;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.OriginalDstLbConfig;
import io.envoyproxy.envoy.type.metadata.v3.MetadataKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Clusters of type {@code ORIGINAL_DST}. */
final class OriginalDsts {
  private static final Duration DEFAULT_CLEANUP = Duration.ofSeconds(5);
  private static final String OURS = "x-envoy-";

  private OriginalDsts() {}

  static OriginalDst decode(Cluster cluster, DecodeScope scope) {
    String ofType = " in a cluster of type ORIGINAL_DST";
    scope
        .at("lb_policy")
        .require(
            cluster.getLbPolicy() == LbPolicy.CLUSTER_PROVIDED,
            "must be CLUSTER_PROVIDED" + ofType);
    scope
        .at("load_balancing_policy")
        .require(!cluster.hasLoadBalancingPolicy(), "must not be set" + ofType);
    scope.at("load_assignment").require(!cluster.hasLoadAssignment(), "must not be set" + ofType);
    scope
        .at("health_checks")
        .require(cluster.getHealthChecksCount() == 0, "is not supported" + ofType);
    scope
        .at("outlier_detection")
        .require(!cluster.hasOutlierDetection(), "is not supported" + ofType);
    Duration cleanup =
        cluster.hasCleanupInterval()
            ? Wire.duration(cluster.getCleanupInterval(), scope.at("cleanup_interval"))
            : DEFAULT_CLEANUP;
    scope.at("cleanup_interval").require(cleanup.isPositive(), "must be greater than 0s");
    OriginalDstLbConfig config = cluster.getOriginalDstLbConfig();
    DecodeScope at = scope.at("original_dst_lb_config");
    return new OriginalDst(
        header(config, at),
        config.hasUpstreamPortOverride()
            ? Wire.number(
                config.getUpstreamPortOverride().getValue(),
                1,
                65535,
                at.at("upstream_port_override"))
            : 0,
        cleanup,
        config.hasMetadataKey() ? path(config.getMetadataKey(), at.at("metadata_key")) : List.of());
  }

  private static List<String> path(MetadataKey metadata, DecodeScope scope) {
    List<String> path = new ArrayList<>();
    path.add(Wire.text(metadata.getKey(), scope.at("key")));
    scope.at("path").require(metadata.getPathCount() > 0, "must have at least one segment");
    for (int i = 0; i < metadata.getPathCount(); i++) {
      path.add(Wire.text(metadata.getPath(i).getKey(), scope.at("path", i).at("key")));
    }
    return path;
  }

  private static MetadataKey path(List<String> path) {
    MetadataKey.Builder metadata = MetadataKey.newBuilder().setKey(path.getFirst());
    path.stream().skip(1).forEach(key -> metadata.addPathBuilder().setKey(key));
    return metadata.build();
  }

  private static @Nullable String header(OriginalDstLbConfig config, DecodeScope scope) {
    String name = config.getHttpHeaderName().toLowerCase(Locale.ROOT);
    DecodeScope at = scope.at("http_header_name");
    if (!config.getUseHttpHeader()) {
      at.require(name.isEmpty(), "needs use_http_header");
      return null;
    }
    // Its default is x-envoy-original-dst-host: whoever reaches a port could reach anything by it.
    if (at.require(
        !name.isEmpty() && !name.startsWith(OURS),
        "must be set to a name that does not begin with x-envoy-, which no client may say")) {
      at.require(HeaderNames.isName(name), "\"" + name + "\" is not the name of a header");
    }
    return name;
  }

  static void encode(OriginalDst original, Cluster.Builder encoded) {
    encoded
        .setType(DiscoveryType.ORIGINAL_DST)
        .setLbPolicy(LbPolicy.CLUSTER_PROVIDED)
        .setCleanupInterval(Wire.duration(original.cleanup()));
    OriginalDstLbConfig.Builder config = encoded.getOriginalDstLbConfigBuilder();
    if (original.header() != null) {
      config.setUseHttpHeader(true).setHttpHeaderName(original.header());
    }
    if (!original.metadata().isEmpty()) {
      config.setMetadataKey(path(original.metadata()));
    }
    if (original.port() > 0) {
      config.setUpstreamPortOverride(Wire.uint32(original.port()));
    }
  }
}
