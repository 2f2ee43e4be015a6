package dev.weft.proxy.upstream;

import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.HttpBounds;
import dev.weft.xds.model.TcpKeepalive;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Limits of the connections to one target; those given with the latest stream count for new
 * connections.
 *
 * @param connectTimeout until the connection can carry streams, TLS and HTTP/2 settings included;
 *     zero for none
 * @param idleTimeout of a connection without streams; zero for none
 * @param maxRequests after so many a connection takes no more; 0 for no limit
 * @param maxConnections per event loop
 * @param maxPending streams that wait for a connection, per event loop; one more is refused
 * @param maxStreams at once on an HTTP/2 connection, if the peer does not allow fewer
 * @param preconnectRatio for how many streams there are connections, for each stream that there is
 *     or that waits; 1 opens none before it is asked for
 * @param keepalive by which the system finds out that the peer is gone; null for none
 * @param pings by which HTTP/2 connections find out; null for none
 * @param properCase whether names of headers have capitals over HTTP/1.1
 * @param bounds of connections that carry HTTP, and of what endpoints say
 */
public record ConnectionSettings(
    Duration connectTimeout,
    Duration idleTimeout,
    int maxRequests,
    int maxConnections,
    int maxPending,
    int maxStreams,
    double preconnectRatio,
    @Nullable TcpKeepalive keepalive,
    @Nullable Http2Keepalive pings,
    boolean properCase,
    HttpBounds bounds) {
  /** 1 s to connect, 1 h idle, 1024 connections, 1024 waiting, 1000 streams. */
  public static final ConnectionSettings DEFAULTS =
      new ConnectionSettings(Duration.ofSeconds(1), Duration.ofHours(1), 0, 1024, 1024, 1000);

  /** Connections that are opened when they are asked for. */
  public ConnectionSettings(
      Duration connectTimeout,
      Duration idleTimeout,
      int maxRequests,
      int maxConnections,
      int maxPending,
      int maxStreams) {
    this(
        connectTimeout,
        idleTimeout,
        maxRequests,
        maxConnections,
        maxPending,
        maxStreams,
        1,
        null,
        null);
  }

  /** Names of headers are in lower case, and bounds are Envoy's. */
  public ConnectionSettings(
      Duration connectTimeout,
      Duration idleTimeout,
      int maxRequests,
      int maxConnections,
      int maxPending,
      int maxStreams,
      double preconnectRatio,
      @Nullable TcpKeepalive keepalive,
      @Nullable Http2Keepalive pings) {
    this(
        connectTimeout,
        idleTimeout,
        maxRequests,
        maxConnections,
        maxPending,
        maxStreams,
        preconnectRatio,
        keepalive,
        pings,
        false,
        HttpBounds.DEFAULTS);
  }

  /** The same, but that none is opened before it is asked for. */
  public ConnectionSettings onDemand() {
    return preconnectRatio == 1
        ? this
        : new ConnectionSettings(
            connectTimeout,
            idleTimeout,
            maxRequests,
            maxConnections,
            maxPending,
            maxStreams,
            1,
            keepalive,
            pings,
            properCase,
            bounds);
  }
}
