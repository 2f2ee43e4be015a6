package dev.weft.proxy.discovery;

import dev.weft.proxy.config.ConfigCache;
import dev.weft.xds.client.AdsClientOptions;
import dev.weft.xds.resource.XdsType;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A control plane to follow.
 *
 * @param wholes the types of which everything is asked for, each with how long the first listeners
 *     wait for it; zero waits for ever
 * @param cache keeps what it sent over restarts; null for nothing
 */
public record ControlPlane(
    AdsClientOptions options, Map<XdsType, Duration> wholes, @Nullable ConfigCache cache) {
  public ControlPlane {
    wholes = Map.copyOf(wholes);
  }
}
