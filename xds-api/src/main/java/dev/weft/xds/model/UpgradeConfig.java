package dev.weft.xds.model;

/**
 * Whether a connection, or an HTTP/2 stream, may become something else than HTTP ({@code
 * upgrade_configs}); a route's says more than its connection manager's.
 *
 * @param type what follows, such as {@code websocket}; letter case does not count. {@code CONNECT}
 *     stands for the method of that name
 * @param terminatesConnect whether CONNECT ends here, and what it carries goes to the endpoint as
 *     it is, over TCP ({@code connect_config}); else the endpoint gets the CONNECT
 */
public record UpgradeConfig(String type, boolean enabled, boolean terminatesConnect) {
  /** The type that stands for the method. */
  public static final String CONNECT = "CONNECT";

  /** WebSocket (RFC 6455, over HTTP/2 RFC 8441), allowed. */
  public static final UpgradeConfig WEBSOCKET = new UpgradeConfig("websocket", true);

  public UpgradeConfig {
    if (terminatesConnect && !type.equalsIgnoreCase(CONNECT)) {
      throw new IllegalArgumentException(type + " is not CONNECT, which alone can be terminated");
    }
  }

  public UpgradeConfig(String type, boolean enabled) {
    this(type, enabled, false);
  }
}
