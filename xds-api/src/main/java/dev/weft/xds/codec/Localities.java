package dev.weft.xds.codec;

import com.google.protobuf.UInt64Value;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.LbPolicy.LocalityWeighted;
import dev.weft.xds.model.LbPolicy.ZoneAware;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import org.jspecify.annotations.Nullable;

/** How localities share load: {@code locality_lb_config} of a balancing extension. */
final class Localities {
  private static final int ALWAYS = 100;
  private static final long DEFAULT_MIN_SIZE = 6;

  private Localities() {}

  static LocalityLb decode(boolean set, LocalityLbConfig config, DecodeScope scope) {
    if (!set) {
      return LocalityLb.DEFAULT;
    }
    return switch (config.getLocalityConfigSpecifierCase()) {
      case LOCALITY_WEIGHTED_LB_CONFIG -> new LocalityWeighted();
      case ZONE_AWARE_LB_CONFIG -> {
        var zone = config.getZoneAwareLbConfig();
        yield zoneAware(
            zone.hasRoutingEnabled() ? zone.getRoutingEnabled() : null,
            zone.hasMinClusterSize() ? zone.getMinClusterSize() : null,
            zone.getFailTrafficOnPanic(),
            zone.getForceLocalityDirectRouting(),
            scope.at("zone_aware_lb_config"));
      }
      case LOCALITYCONFIGSPECIFIER_NOT_SET -> {
        scope.problem("must have one of zone_aware_lb_config and locality_weighted_lb_config");
        yield LocalityLb.DEFAULT;
      }
    };
  }

  static ZoneAware zoneAware(
      @Nullable Percent enabled,
      @Nullable UInt64Value minSize,
      boolean failOnPanic,
      boolean forceDirect,
      DecodeScope scope) {
    return new ZoneAware(
        enabled == null
            ? ALWAYS
            : (int) Math.round(Percents.decode(enabled, scope.at("routing_enabled"))),
        minSize == null
            ? DEFAULT_MIN_SIZE
            : minSize.getValue() < 0 ? Long.MAX_VALUE : minSize.getValue(),
        failOnPanic,
        forceDirect);
  }

  static LocalityLbConfig encode(LocalityLb locality) {
    LocalityLbConfig.Builder encoded = LocalityLbConfig.newBuilder();
    switch (locality) {
      case LocalityWeighted() -> encoded.getLocalityWeightedLbConfigBuilder();
      case ZoneAware zone ->
          encoded
              .getZoneAwareLbConfigBuilder()
              .setRoutingEnabled(Percent.newBuilder().setValue(zone.routingEnabled()))
              .setMinClusterSize(UInt64Value.of(zone.minClusterSize()))
              .setFailTrafficOnPanic(zone.failTrafficOnPanic())
              .setForceLocalityDirectRouting(zone.forceLocalityDirect());
    }
    return encoded.build();
  }
}
