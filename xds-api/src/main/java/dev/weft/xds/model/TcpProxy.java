package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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
    Map<String, MetadataValue> metadataMatch)
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
        Map.of());
  }
}
