package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Relays bytes to a cluster ({@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}).
 *
 * @param idleTimeout closes a connection on which neither side sends; zero means never
 * @param maxConnectAttempts at least 1
 * @param accessLogs where its connections leave lines; none leaves that to the proxy
 * @param maxDownstreamDuration the whole life of a connection; zero for no limit
 * @param hashesSource whether the client's address decides where ring hash and Maglev place it
 * @param metadataMatch the subset of endpoints to pick from ({@code envoy.lb} of {@code
 *     metadata_match}); empty for any
 * @param connectBackoff the pause between tries to connect; null for none
 * @param logOccasions when connections leave lines in {@code accessLogs} beside at their end
 */
@RecordBuilder
public record TcpProxy(
    String statPrefix,
    ClusterTarget target,
    Duration idleTimeout,
    int maxConnectAttempts,
    List<AccessLog> accessLogs,
    Duration maxDownstreamDuration,
    boolean hashesSource,
    Map<String, MetadataValue> metadataMatch,
    @Nullable Backoff connectBackoff,
    LogOccasions logOccasions)
    implements NetworkFilter {
  public TcpProxy {
    accessLogs = List.copyOf(accessLogs);
    metadataMatch = Map.copyOf(metadataMatch);
    if (target instanceof ClusterTarget.Weighted weighted
        && weighted.clusters().stream()
            .anyMatch(cluster -> !cluster.headers().isEmpty() || !cluster.filters().isEmpty())) {
      throw new IllegalArgumentException(
          "a TCP relay has no headers to change and no HTTP filters");
    }
  }

  /** A relay to any endpoint, without logs of its own. */
  public TcpProxy(
      String statPrefix, ClusterTarget target, Duration idleTimeout, int maxConnectAttempts) {
    this(
        statPrefix,
        target,
        idleTimeout,
        maxConnectAttempts,
        List.of(),
        Duration.ZERO,
        false,
        Map.of(),
        null,
        LogOccasions.END);
  }

  /**
   * Pauses by chance, up to a bound that doubles with each failure.
   *
   * @param base the first bound; at least a millisecond
   * @param max the last one, at least the first
   */
  public record Backoff(Duration base, Duration max) {}

  /**
   * When a connection leaves a line in a log beside at its end.
   *
   * @param interval so often while it lasts; zero for never
   * @param onConnected once it is connected to an endpoint
   */
  public record LogOccasions(Duration interval, boolean onConnected) {
    /** Only there. */
    public static final LogOccasions END = new LogOccasions(Duration.ZERO, false);
  }
}
