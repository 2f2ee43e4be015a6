package dev.weft.proxy.telemetry;

/**
 * Counts of TCP relays with one stat_prefix, by Envoy's names below {@code envoy_tcp_}. Called on
 * the event loops, by several at once; must not block.
 */
public interface TcpStats {
  /** {@code downstream_cx_total}, {@code downstream_cx_active}. */
  void connectionOpened();

  /**
   * {@code downstream_cx_active}, {@code downstream_cx_rx_bytes_total}, {@code ..._tx_bytes_total}.
   */
  void connectionClosed(long receivedBytes, long sentBytes);

  /** {@code idle_timeout}. */
  void idleTimeout();

  /** {@code max_downstream_connection_duration}: it lived as long as it may. */
  void maxDuration();

  /** {@code downstream_cx_no_route}: the cluster does not exist. */
  void noCluster();

  /** {@code max_upstream_connect_attempts_exceeded}. */
  void connectAttemptsExceeded();
}
