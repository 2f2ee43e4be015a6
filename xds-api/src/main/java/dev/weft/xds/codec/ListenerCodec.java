package dev.weft.xds.codec;

import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener.TrafficDirection;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.listener.v3.ApiListener;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.Listener}. */
final class ListenerCodec implements ResourceCodec<Listener, dev.weft.xds.model.Listener> {
  private static final Duration DEFAULT_FILTERS_TIMEOUT = Duration.ofSeconds(15);

  private final FieldPolicy policy;
  private final FilterChains chains;
  private final ConnectionManagers managers;

  ListenerCodec(FieldPolicy policy, HttpFilters filters) {
    this.policy = policy;
    this.managers = new ConnectionManagers(filters);
    this.chains = new FilterChains(managers);
  }

  @Override
  public XdsType type() {
    return XdsType.LISTENER;
  }

  @Override
  public Listener prototype() {
    return Listener.getDefaultInstance();
  }

  @Override
  public Decoded<dev.weft.xds.model.Listener> decode(Listener message) {
    return DecodeScope.decode(policy, message, this::convert);
  }

  private dev.weft.xds.model.Listener convert(Listener listener, DecodeScope scope) {
    String name = Wire.text(listener.getName(), scope.at("name"));
    boolean api = listener.hasApiListener();
    SocketAddress address =
        listener.hasAddress()
            ? Wire.address(listener.getAddress(), false, scope.at("address"))
            : null;
    scope.at("address").require(api || address != null, "must be set");
    List<FilterChain> decoded = chains.decode(listener.getFilterChainsList(), scope);
    FilterChain defaultChain =
        listener.hasDefaultFilterChain()
            ? chains.decode(listener.getDefaultFilterChain(), scope.at("default_filter_chain"))
            : null;
    scope
        .at("filter_chains")
        .require(
            api || !decoded.isEmpty() || defaultChain != null,
            "must not be empty without a default_filter_chain");
    ListenerFilters filters = ListenerFilters.decode(listener, scope);
    return new dev.weft.xds.model.Listener(
        name,
        // an API listener is not bound, whatever address it has
        api ? null : address,
        decoded,
        defaultChain,
        filters.tls(),
        filters.http(),
        listener.hasListenerFiltersTimeout()
            ? Wire.duration(
                listener.getListenerFiltersTimeout(), scope.at("listener_filters_timeout"))
            : DEFAULT_FILTERS_TIMEOUT,
        listener.getContinueOnListenerFiltersTimeout(),
        direction(listener, scope),
        api ? apiListener(listener.getApiListener(), scope.at("api_listener")) : null,
        filters.proxyHeaders(),
        Wire.limit(listener.getPerConnectionBufferLimitBytes()),
        filters.originalDestination(),
        !listener.hasBindToPort() || listener.getBindToPort().getValue(),
        listener.getStatPrefix(),
        SocketOptions.keepalive(listener.getSocketOptionsList(), scope),
        address != null
            && isAnySix(address)
            && !listener.getAddress().getSocketAddress().getIpv4Compat());
  }

  private @Nullable HttpConnectionManager apiListener(ApiListener listener, DecodeScope scope) {
    return managers.decode(listener.getApiListener(), scope.at("api_listener"));
  }

  private static boolean isAnySix(SocketAddress address) {
    return address.host().indexOf(':') >= 0
        && InetAddress.ofLiteral(address.host()).isAnyLocalAddress();
  }

  private static TrafficDirection direction(Listener listener, DecodeScope scope) {
    return switch (listener.getTrafficDirection()) {
      case UNSPECIFIED -> TrafficDirection.UNSPECIFIED;
      case INBOUND -> TrafficDirection.INBOUND;
      case OUTBOUND -> TrafficDirection.OUTBOUND;
      case UNRECOGNIZED -> {
        scope.at("traffic_direction").problem("is not known");
        yield TrafficDirection.UNSPECIFIED;
      }
    };
  }

  @Override
  public Listener encode(dev.weft.xds.model.Listener listener) {
    Listener.Builder encoded =
        Listener.newBuilder()
            .setName(listener.name())
            .setStatPrefix(listener.statPrefix())
            .setListenerFiltersTimeout(Wire.duration(listener.listenerFiltersTimeout()))
            .setContinueOnListenerFiltersTimeout(listener.continueOnFiltersTimeout())
            .setTrafficDirection(
                io.envoyproxy.envoy.config.core.v3.TrafficDirection.valueOf(
                    listener.direction().name()));
    if (listener.bufferLimit() > 0) {
      encoded.setPerConnectionBufferLimitBytes(Wire.uint32(listener.bufferLimit()));
    }
    if (!listener.bound()) {
      encoded.setBindToPort(Wire.bool(false));
    }
    if (listener.address() != null) {
      encoded.setAddress(Wire.address(listener.address()));
      if (isAnySix(listener.address())) {
        encoded.getAddressBuilder().getSocketAddressBuilder().setIpv4Compat(!listener.ipv6Only());
      }
    }
    listener.filterChains().forEach(chain -> encoded.addFilterChains(chains.encode(chain)));
    if (listener.defaultFilterChain() != null) {
      encoded.setDefaultFilterChain(chains.encode(listener.defaultFilterChain()));
    }
    ListenerFilters.encode(listener, encoded);
    encoded.addAllSocketOptions(SocketOptions.encode(listener.keepalive()));
    if (listener.apiListener() != null) {
      encoded.setApiListener(
          ApiListener.newBuilder()
              .setApiListener(Extensions.pack(managers.encode(listener.apiListener()))));
    }
    return encoded.build();
  }
}
