package dev.weft.proxy.cluster;

import io.netty.channel.Channel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Relayed connections that end once their endpoint fails. Thread-safe. */
public final class Relays {
  private final Map<Channel, Relay> open = new ConcurrentHashMap<>();

  private record Relay(ActiveEndpoint endpoint, Runnable end) {}

  /**
   * Remembers a relay until its connection is closed.
   *
   * @param connection to the endpoint
   * @param end ends the relay; on the connection's loop, once at most
   */
  public void add(ActiveEndpoint endpoint, Channel connection, Runnable end) {
    open.put(connection, new Relay(endpoint, end));
    connection.closeFuture().addListener(closed -> open.remove(connection));
  }

  /** Ends those to an endpoint. */
  void end(ActiveEndpoint failing) {
    open.forEach(
        (connection, relay) -> {
          if (relay.endpoint().equals(failing) && open.remove(connection, relay)) {
            connection.eventLoop().execute(relay.end());
          }
        });
  }
}
