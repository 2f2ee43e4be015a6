package dev.weft.xds.client;

import dev.weft.xds.protocol.ClientNode;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * How a client reaches its control plane.
 *
 * @param servers tried in this order, each attempt the next; the first one again after the last
 * @param node who the client is; sent in every request
 * @param variant delta, unless the server cannot
 * @param transport TLS, trust and key; asked before every attempt, so that a renewed certificate
 *     counts from the next connection on. HTTP/2 is set by the client
 * @param firstBackoff bound of the wait after the first failure
 * @param maxBackoff bound of any wait
 * @param connectTimeout for TCP and TLS each
 * @param resourceTimeout how long after it was asked for a resource counts as missing
 * @param keepAlive interval of HTTP/2 pings; doubled when a server complains of too many
 * @param keepAliveTimeout how long a ping may remain unanswered before the connection counts as
 *     dead
 * @param goodbyeTimeout how long {@link AdsClient#close} waits for the server to end the stream
 * @param maxMessageBytes larger responses end the stream
 */
public record AdsClientOptions(
    List<SocketAddress> servers,
    ClientNode node,
    Variant variant,
    Supplier<HttpClientOptions> transport,
    Duration firstBackoff,
    Duration maxBackoff,
    Duration connectTimeout,
    Duration resourceTimeout,
    Duration keepAlive,
    Duration keepAliveTimeout,
    Duration goodbyeTimeout,
    long maxMessageBytes) {

  /** The form of the protocol. */
  public enum Variant {
    /** Only changes travel. */
    DELTA,
    /** State of the world. */
    SOTW
  }

  public AdsClientOptions {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("servers is empty; name at least one control plane");
    }
  }

  /**
   * Delta, with Envoy's back-off (500 ms doubling to 30 s), 5 s to connect, 15 s for a resource and
   * a ping every 30 s.
   */
  public static AdsClientOptions of(
      List<SocketAddress> servers, ClientNode node, Supplier<HttpClientOptions> transport) {
    return new AdsClientOptions(
        servers,
        node,
        Variant.DELTA,
        transport,
        Duration.ofMillis(500),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(15),
        Duration.ofSeconds(30),
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        AdsMethods.MAX_MESSAGE_BYTES);
  }

  /** The same with another form of the protocol. */
  public AdsClientOptions withVariant(Variant other) {
    return new AdsClientOptions(
        servers,
        node,
        other,
        transport,
        firstBackoff,
        maxBackoff,
        connectTimeout,
        resourceTimeout,
        keepAlive,
        keepAliveTimeout,
        goodbyeTimeout,
        maxMessageBytes);
  }

  /** The same with another back-off. */
  public AdsClientOptions withBackoff(Duration first, Duration max) {
    return new AdsClientOptions(
        servers,
        node,
        variant,
        transport,
        first,
        max,
        connectTimeout,
        resourceTimeout,
        keepAlive,
        keepAliveTimeout,
        goodbyeTimeout,
        maxMessageBytes);
  }

  /** The same with another wait for resources. */
  public AdsClientOptions withResourceTimeout(Duration timeout) {
    return new AdsClientOptions(
        servers,
        node,
        variant,
        transport,
        firstBackoff,
        maxBackoff,
        connectTimeout,
        timeout,
        keepAlive,
        keepAliveTimeout,
        goodbyeTimeout,
        maxMessageBytes);
  }

  /** The same with other pings. */
  public AdsClientOptions withKeepAlive(Duration interval, Duration timeout) {
    return new AdsClientOptions(
        servers,
        node,
        variant,
        transport,
        firstBackoff,
        maxBackoff,
        connectTimeout,
        resourceTimeout,
        interval,
        timeout,
        goodbyeTimeout,
        maxMessageBytes);
  }

  /** The same with another bound for messages. */
  public AdsClientOptions withMaxMessageBytes(long bytes) {
    return new AdsClientOptions(
        servers,
        node,
        variant,
        transport,
        firstBackoff,
        maxBackoff,
        connectTimeout,
        resourceTimeout,
        keepAlive,
        keepAliveTimeout,
        goodbyeTimeout,
        bytes);
  }
}
