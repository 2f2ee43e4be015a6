package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;

/**
 * Relays bytes to a cluster ({@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}).
 *
 * @param idleTimeout closes a connection on which neither side sends; zero means never
 * @param maxConnectAttempts at least 1
 * @param accessLogs where its connections leave lines; none leaves that to the proxy
 */
public record TcpProxy(
    String statPrefix,
    ClusterTarget target,
    Duration idleTimeout,
    int maxConnectAttempts,
    List<AccessLog> accessLogs)
    implements NetworkFilter {
  public TcpProxy {
    accessLogs = List.copyOf(accessLogs);
    if (target instanceof ClusterTarget.Weighted weighted
        && weighted.clusters().stream()
            .anyMatch(cluster -> !cluster.headers().isEmpty() || !cluster.filters().isEmpty())) {
      throw new IllegalArgumentException(
          "a TCP relay has no headers to change and no HTTP filters");
    }
  }

  /** A relay without logs of its own. */
  public TcpProxy(
      String statPrefix, ClusterTarget target, Duration idleTimeout, int maxConnectAttempts) {
    this(statPrefix, target, idleTimeout, maxConnectAttempts, List.of());
  }
}
