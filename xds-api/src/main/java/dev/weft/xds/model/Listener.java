package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A port that is listened on and what is done with its connections ({@code
 * envoy.config.listener.v3.Listener}).
 *
 * @param address null for an API listener (proxyless gRPC), which is not bound
 * @param filterChains tried by {@link ChainMatch}, most specific first
 * @param defaultFilterChain takes what no chain matches; null closes such connections
 * @param tlsInspector whether the ClientHello is read before a chain is chosen
 * @param listenerFiltersTimeout how long the bytes that choose a chain may take to arrive; zero
 *     means for ever
 * @param continueOnFiltersTimeout whether a client that has sent nothing by then is taken for one
 *     without TLS, which lets a server speak first; otherwise its connection is closed
 * @param apiListener what a proxyless gRPC client uses; null on a listener with an address
 */
public record Listener(
    String name,
    @Nullable SocketAddress address,
    List<FilterChain> filterChains,
    @Nullable FilterChain defaultFilterChain,
    boolean tlsInspector,
    Duration listenerFiltersTimeout,
    boolean continueOnFiltersTimeout,
    TrafficDirection direction,
    @Nullable HttpConnectionManager apiListener)
    implements XdsResource {
  public Listener {
    filterChains = List.copyOf(filterChains);
  }

  /** A listener that closes connections whose first bytes do not come in time. */
  public Listener(
      String name,
      @Nullable SocketAddress address,
      List<FilterChain> filterChains,
      @Nullable FilterChain defaultFilterChain,
      boolean tlsInspector,
      Duration listenerFiltersTimeout,
      TrafficDirection direction,
      @Nullable HttpConnectionManager apiListener) {
    this(
        name,
        address,
        filterChains,
        defaultFilterChain,
        tlsInspector,
        listenerFiltersTimeout,
        false,
        direction,
        apiListener);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.LISTENER, name);
  }

  /** Which way traffic goes, seen from the application beside the proxy. */
  public enum TrafficDirection {
    UNSPECIFIED,
    INBOUND,
    OUTBOUND
  }
}
