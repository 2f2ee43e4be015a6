package dev.weft.xds.codec;

import dev.weft.xds.model.LbPolicy.SlowStart;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.SlowStartConfig;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Slow start, as clusters and as balancing extensions say it. */
final class SlowStarts {
  private static final double DEFAULT_MIN_PERCENT = 10;

  private SlowStarts() {}

  static @Nullable SlowStart decode(Cluster.SlowStartConfig config, DecodeScope scope) {
    return decode(
        config.getSlowStartWindow(),
        config.hasAggression() ? config.getAggression() : null,
        config.hasMinWeightPercent() ? config.getMinWeightPercent() : null,
        scope);
  }

  static @Nullable SlowStart decode(SlowStartConfig config, DecodeScope scope) {
    return decode(
        config.getSlowStartWindow(),
        config.hasAggression() ? config.getAggression() : null,
        config.hasMinWeightPercent() ? config.getMinWeightPercent() : null,
        scope);
  }

  private static @Nullable SlowStart decode(
      com.google.protobuf.Duration window,
      @Nullable RuntimeDouble aggression,
      @Nullable Percent minimum,
      DecodeScope scope) {
    Duration decoded = Wire.duration(window, scope.at("slow_start_window"));
    double factor =
        aggression == null
            ? 1
            : scope.runtime().number(aggression.getRuntimeKey(), aggression.getDefaultValue());
    scope.at("aggression").require(factor > 0 && Double.isFinite(factor), "must be greater than 0");
    double percent =
        minimum == null
            ? DEFAULT_MIN_PERCENT
            : Percents.decode(minimum, scope.at("min_weight_percent"));
    return decoded.isPositive() ? new SlowStart(decoded, factor, percent) : null;
  }

  static SlowStartConfig encode(SlowStart slowStart) {
    return SlowStartConfig.newBuilder()
        .setSlowStartWindow(Wire.duration(slowStart.window()))
        .setAggression(runtimeDouble(slowStart.aggression()))
        .setMinWeightPercent(Percent.newBuilder().setValue(slowStart.minWeightPercent()))
        .build();
  }

  static RuntimeDouble runtimeDouble(double value) {
    return RuntimeDouble.newBuilder().setDefaultValue(value).setRuntimeKey("weft").build();
  }
}
