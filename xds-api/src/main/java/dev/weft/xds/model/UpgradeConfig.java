package dev.weft.xds.model;

/**
 * Whether a connection, or an HTTP/2 stream, may become something else than HTTP ({@code
 * upgrade_configs}); a route's says more than its connection manager's.
 *
 * @param type what follows, such as {@code websocket}; letter case does not count
 */
public record UpgradeConfig(String type, boolean enabled) {
  /** WebSocket (RFC 6455, over HTTP/2 RFC 8441), allowed. */
  public static final UpgradeConfig WEBSOCKET = new UpgradeConfig("websocket", true);
}
