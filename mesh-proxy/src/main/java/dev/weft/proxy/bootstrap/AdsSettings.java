package dev.weft.proxy.bootstrap;

import dev.weft.xds.client.AdsClientOptions;
import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.protocol.ClientNode;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.http.HttpClientOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What {@code dynamic_resources} says.
 *
 * @param servers the endpoints of the cluster that stands for the control plane, tried in turn
 * @param tls null for plaintext
 * @param serverName what the control plane is called; null for its address
 * @param metadata headers of every stream
 * @param pings by which the client finds out that its server is gone; null for its own
 * @param maxMessageBytes larger responses end the stream
 * @param wholes {@code lds_config} and {@code cds_config}, with their {@code
 *     initial_fetch_timeout}; zero waits for ever
 */
public record AdsSettings(
    Variant variant,
    List<SocketAddress> servers,
    @Nullable UpstreamTls tls,
    @Nullable String serverName,
    List<Map.Entry<String, String>> metadata,
    Duration connectTimeout,
    @Nullable Http2Keepalive pings,
    long maxMessageBytes,
    Map<XdsType, Duration> wholes) {
  public AdsSettings {
    servers = List.copyOf(servers);
    metadata = List.copyOf(metadata);
    wholes = Map.copyOf(wholes);
  }

  /** How a client follows this control plane. */
  public AdsClientOptions options(ClientNode node, Supplier<HttpClientOptions> transport) {
    AdsClientOptions options =
        AdsClientOptions.of(
                servers.stream()
                    .map(
                        server ->
                            io.vertx.core.net.SocketAddress.inetSocketAddress(
                                server.port(), server.host()))
                    .toList(),
                node,
                transport)
            .withVariant(variant)
            .withServerName(serverName, metadata)
            .withConnectTimeout(connectTimeout)
            .withMaxMessageBytes(maxMessageBytes);
    return pings == null || pings.interval().isZero()
        ? options
        : options.withKeepAlive(pings.interval(), pings.timeout());
  }
}
