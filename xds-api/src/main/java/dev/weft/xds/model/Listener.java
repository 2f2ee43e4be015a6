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
 * @param httpInspector whether the first line of what is not TLS is read before a chain is chosen:
 *     it says {@code http/1.0}, {@code http/1.1} or {@code h2c}
 * @param listenerFiltersTimeout how long the bytes that choose a chain may take to arrive; zero
 *     means for ever
 * @param continueOnFiltersTimeout whether a client that has not said by then what it speaks is
 *     taken for one without TLS and of no known protocol, which lets a server speak first;
 *     otherwise its connection is closed
 * @param apiListener what a proxyless gRPC client uses; null on a listener with an address
 * @param proxyHeaders which PROXY headers connections begin with; null for none
 * @param bufferLimit bytes of a request's body that are kept for another try, where its route says
 *     nothing; 0 for no bound
 * @param originalDestination that the system is asked where connections led to; null if it is not
 * @param bound whether its address is bound; otherwise it has only connections that others hand
 *     over ({@code bind_to_port})
 * @param statPrefix what statistics call it; empty for its address
 * @param keepalive how the system probes connections over which nothing goes; null for not
 * @param ipv6Only whether {@code ::} takes no IPv4, so that another may have {@code 0.0.0.0} with
 *     the same port
 */
public record Listener(
    String name,
    @Nullable SocketAddress address,
    List<FilterChain> filterChains,
    @Nullable FilterChain defaultFilterChain,
    boolean tlsInspector,
    boolean httpInspector,
    Duration listenerFiltersTimeout,
    boolean continueOnFiltersTimeout,
    TrafficDirection direction,
    @Nullable HttpConnectionManager apiListener,
    @Nullable ProxyHeaders proxyHeaders,
    int bufferLimit,
    @Nullable OriginalDestination originalDestination,
    boolean bound,
    String statPrefix,
    @Nullable TcpKeepalive keepalive,
    boolean ipv6Only)
    implements XdsResource {
  public Listener {
    filterChains = List.copyOf(filterChains);
  }

  /** A listener that is bound and does not ask where connections led to. */
  public Listener(
      String name,
      @Nullable SocketAddress address,
      List<FilterChain> filterChains,
      @Nullable FilterChain defaultFilterChain,
      boolean tlsInspector,
      boolean httpInspector,
      Duration listenerFiltersTimeout,
      boolean continueOnFiltersTimeout,
      TrafficDirection direction,
      @Nullable HttpConnectionManager apiListener,
      @Nullable ProxyHeaders proxyHeaders,
      int bufferLimit) {
    this(
        name,
        address,
        filterChains,
        defaultFilterChain,
        tlsInspector,
        httpInspector,
        listenerFiltersTimeout,
        continueOnFiltersTimeout,
        direction,
        apiListener,
        proxyHeaders,
        bufferLimit,
        null,
        true,
        "",
        null,
        false);
  }

  /**
   * A listener that reads no PROXY header and no first line, and closes connections whose hello
   * does not come in time.
   */
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
        false,
        listenerFiltersTimeout,
        false,
        direction,
        apiListener,
        null,
        0);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.LISTENER, name);
  }

  /** The name that statistics have for it: several listeners may share one. */
  public String statisticsName() {
    if (!statPrefix.isEmpty()) {
      return StatText.of(statPrefix);
    }
    if (address == null) {
      return StatText.of(name);
    }
    String host = address.host();
    return StatText.of((host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.port());
  }

  /** The same, called otherwise in statistics. */
  public Listener withStatPrefix(String prefix) {
    return new Listener(
        name,
        address,
        filterChains,
        defaultFilterChain,
        tlsInspector,
        httpInspector,
        listenerFiltersTimeout,
        continueOnFiltersTimeout,
        direction,
        apiListener,
        proxyHeaders,
        bufferLimit,
        originalDestination,
        bound,
        prefix,
        keepalive,
        ipv6Only);
  }

  /** Which way traffic goes, seen from the application beside the proxy. */
  public enum TrafficDirection {
    UNSPECIFIED,
    INBOUND,
    OUTBOUND
  }
}
