package dev.weft.xds.model;

import java.time.Duration;

/**
 * Relays bytes to a cluster ({@code envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy}).
 *
 * @param idleTimeout closes a connection on which neither side sends; zero means never
 * @param maxConnectAttempts at least 1
 */
public record TcpProxy(
    String statPrefix, ClusterTarget target, Duration idleTimeout, int maxConnectAttempts)
    implements NetworkFilter {
  public TcpProxy {
    if (target instanceof ClusterTarget.Weighted weighted
        && weighted.clusters().stream()
            .anyMatch(cluster -> !cluster.headers().isEmpty() || !cluster.filters().isEmpty())) {
      throw new IllegalArgumentException(
          "a TCP relay has no headers to change and no HTTP filters");
    }
  }
}
