package dev.weft.xds.client;

import dev.weft.xds.protocol.ClientNode;
import io.soabase.recordbuilder.core.RecordBuilder;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a client reaches its control plane.
 *
 * @param servers tried in this order, each attempt the next; the first one again after the last
 * @param node who the client is; sent in every request
 * @param serverName the host of {@code :authority}, and of the SNI over TLS; null for the server's
 *     own address
 * @param metadata headers that begin every stream, names in lower case
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
@RecordBuilder
public record AdsClientOptions(
    List<SocketAddress> servers,
    @Nullable String serverName,
    List<Map.Entry<String, String>> metadata,
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
    metadata = List.copyOf(metadata);
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
        null,
        List.of(),
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
    return AdsClientOptionsBuilder.builder(this).variant(other).build();
  }

  /** The same for a server that goes by this name, with this metadata for every stream. */
  public AdsClientOptions withServerName(
      @Nullable String name, List<Map.Entry<String, String>> initialMetadata) {
    return AdsClientOptionsBuilder.builder(this).serverName(name).metadata(initialMetadata).build();
  }

  /** The same with another back-off. */
  public AdsClientOptions withBackoff(Duration first, Duration max) {
    return AdsClientOptionsBuilder.builder(this).firstBackoff(first).maxBackoff(max).build();
  }

  /** The same with another wait for connections. */
  public AdsClientOptions withConnectTimeout(Duration timeout) {
    return AdsClientOptionsBuilder.builder(this).connectTimeout(timeout).build();
  }

  /** The same with another wait for resources. */
  public AdsClientOptions withResourceTimeout(Duration timeout) {
    return AdsClientOptionsBuilder.builder(this).resourceTimeout(timeout).build();
  }

  /** The same with other pings. */
  public AdsClientOptions withKeepAlive(Duration interval, Duration timeout) {
    return AdsClientOptionsBuilder.builder(this)
        .keepAlive(interval)
        .keepAliveTimeout(timeout)
        .build();
  }

  /** The same with another bound for messages. */
  public AdsClientOptions withMaxMessageBytes(long bytes) {
    return AdsClientOptionsBuilder.builder(this).maxMessageBytes(bytes).build();
  }
}
