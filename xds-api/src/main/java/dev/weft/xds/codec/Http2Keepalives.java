package dev.weft.xds.codec;

import dev.weft.xds.model.Http2Keepalive;
import io.envoyproxy.envoy.config.core.v3.Http2ProtocolOptions;
import io.envoyproxy.envoy.config.core.v3.KeepaliveSettings;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.core.v3.KeepaliveSettings}. */
final class Http2Keepalives {
  private static final Duration LEAST = Duration.ofMillis(1);
  private static final double DEFAULT_JITTER = 15;

  private Http2Keepalives() {}

  /**
   * @param scope of the options
   */
  static @Nullable Http2Keepalive decode(Http2ProtocolOptions options, DecodeScope scope) {
    if (!options.hasConnectionKeepalive()) {
      return null;
    }
    KeepaliveSettings settings = options.getConnectionKeepalive();
    DecodeScope at = scope.at("connection_keepalive");
    at.at("timeout").require(settings.hasTimeout(), "must be set");
    return new Http2Keepalive(
        time(settings.hasInterval(), settings.getInterval(), at.at("interval")),
        time(settings.hasTimeout(), settings.getTimeout(), at.at("timeout")),
        settings.hasIntervalJitter()
            ? Percents.decode(settings.getIntervalJitter(), at.at("interval_jitter"))
            : DEFAULT_JITTER,
        time(
            settings.hasConnectionIdleInterval(),
            settings.getConnectionIdleInterval(),
            at.at("connection_idle_interval")));
  }

  private static Duration time(
      boolean set, com.google.protobuf.Duration duration, DecodeScope scope) {
    if (!set) {
      return Duration.ZERO;
    }
    Duration time = Wire.duration(duration, scope);
    scope.require(time.compareTo(LEAST) >= 0, "must be at least 0.001s");
    return time;
  }

  static void encode(@Nullable Http2Keepalive keepalive, Http2ProtocolOptions.Builder options) {
    if (keepalive == null) {
      return;
    }
    KeepaliveSettings.Builder settings =
        options
            .getConnectionKeepaliveBuilder()
            .setTimeout(Wire.duration(keepalive.timeout()))
            .setIntervalJitter(Percent.newBuilder().setValue(keepalive.jitterPercent()));
    if (!keepalive.interval().isZero()) {
      settings.setInterval(Wire.duration(keepalive.interval()));
    }
    if (!keepalive.idleInterval().isZero()) {
      settings.setConnectionIdleInterval(Wire.duration(keepalive.idleInterval()));
    }
  }
}
