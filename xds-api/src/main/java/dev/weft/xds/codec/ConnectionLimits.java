package dev.weft.xds.codec;

import com.google.protobuf.Any;
import io.envoyproxy.envoy.config.core.v3.RuntimeFeatureFlag;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** {@code envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit}. */
final class ConnectionLimits {
  private ConnectionLimits() {}

  static boolean is(Any config) {
    return Extensions.is(config, ConnectionLimit.getDefaultInstance());
  }

  static dev.weft.xds.model.@Nullable ConnectionLimit decode(Any config, DecodeScope scope) {
    ConnectionLimit limit = scope.unpack(config, ConnectionLimit.getDefaultInstance());
    if (limit == null) {
      return null;
    }
    long max = limit.getMaxConnections().getValue();
    scope.at("max_connections").require(max != 0, "must be set, and at least 1");
    return new dev.weft.xds.model.ConnectionLimit(
        Wire.text(limit.getStatPrefix(), scope.at("stat_prefix")),
        max < 0 ? Long.MAX_VALUE : max, // unsigned on the wire, and as good as no limit
        Wire.duration(limit.getDelay(), scope.at("delay")).truncatedTo(ChronoUnit.MILLIS),
        !limit.hasRuntimeEnabled()
            || enabled(limit.getRuntimeEnabled(), scope.at("runtime_enabled")));
  }

  private static boolean enabled(RuntimeFeatureFlag flag, DecodeScope scope) {
    scope.at("default_value").require(flag.hasDefaultValue(), "must be set");
    return scope.runtime().truth(flag.getRuntimeKey(), flag.getDefaultValue().getValue());
  }

  static ConnectionLimit encode(dev.weft.xds.model.ConnectionLimit limit) {
    ConnectionLimit.Builder encoded =
        ConnectionLimit.newBuilder()
            .setStatPrefix(limit.statPrefix())
            .setDelay(Wire.duration(limit.delay()));
    encoded.getMaxConnectionsBuilder().setValue(limit.maxConnections());
    if (!limit.enabled()) {
      encoded.getRuntimeEnabledBuilder().setDefaultValue(Wire.bool(false));
    }
    return encoded.build();
  }
}
