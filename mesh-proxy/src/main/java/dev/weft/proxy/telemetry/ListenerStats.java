package dev.weft.proxy.telemetry;

/**
 * Counts of one listener, by Envoy's names below {@code envoy_listener_}. Called on the event
 * loops, by several at once; must not block.
 */
public interface ListenerStats {
  /** {@code downstream_cx_total}, {@code downstream_cx_active}. */
  void connectionOpened();

  /** {@code downstream_cx_destroy}, {@code downstream_cx_active}. */
  void connectionClosed();

  /** Closed at once, as the listener has too many open: {@code downstream_cx_overflow}. */
  void connectionLimited();

  /** Closed at once, as the process has too many open: {@code downstream_global_cx_overflow}. */
  void connectionShed();

  /** Closed at once, as memory runs short: {@code downstream_cx_overload_reject}. */
  void connectionRejected();

  /** {@code no_filter_chain_match}. */
  void noFilterChainMatch();

  /** The bytes that choose a chain took too long: {@code downstream_pre_cx_timeout}. */
  void preConnectionTimeout();

  /** {@code ssl_handshake}. */
  void handshake();

  /** A handshake failed or a certificate was refused: {@code ssl_connection_error}. */
  void handshakeFailed();
}
