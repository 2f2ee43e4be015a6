package dev.weft.xds.codec;

import com.google.protobuf.Any;
import dev.weft.xds.match.ChainTable;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ConnectionLimit;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.TcpProxy;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.listener.v3.FilterChain}, the network filter that ends it and its limit. */
final class FilterChains {
  private final ConnectionManagers managers;

  FilterChains(ConnectionManagers managers) {
    this.managers = managers;
  }

  List<dev.weft.xds.model.FilterChain> decode(List<FilterChain> chains, DecodeScope scope) {
    List<dev.weft.xds.model.FilterChain> decoded = new ArrayList<>();
    boolean literals = true;
    for (int i = 0; i < chains.size(); i++) {
      DecodeScope at = scope.at("filter_chains", i);
      decoded.add(decode(chains.get(i), at));
      literals &=
          ChainMatches.check(chains.get(i).getFilterChainMatch(), at.at("filter_chain_match"));
    }
    if (literals) {
      try {
        ChainTable.compile(decoded, chain -> chain);
      } catch (IllegalArgumentException e) {
        scope.at("filter_chains").problem(String.valueOf(e.getMessage()));
      }
    }
    return decoded;
  }

  dev.weft.xds.model.FilterChain decode(FilterChain chain, DecodeScope scope) {
    DownstreamTls tls =
        chain.hasTransportSocket()
            ? TransportSockets.downstream(chain.getTransportSocket(), scope.at("transport_socket"))
            : null;
    Filters filters = filters(chain, scope);
    return new dev.weft.xds.model.FilterChain(
        chain.getName(),
        ChainMatches.decode(chain.getFilterChainMatch()),
        tls,
        Wire.duration(
            chain.getTransportSocketConnectTimeout(), scope.at("transport_socket_connect_timeout")),
        filters.last(),
        filters.limit());
  }

  private record Filters(@Nullable ConnectionLimit limit, NetworkFilter last) {}

  private Filters filters(FilterChain chain, DecodeScope scope) {
    ConnectionLimit limit = null;
    NetworkFilter last = null;
    int limits = 0;
    for (int i = 0; i < chain.getFiltersCount(); i++) {
      Filter filter = chain.getFilters(i);
      DecodeScope at = scope.at("filters", i);
      Wire.text(filter.getName(), at.at("name"));
      Any config = filter.getTypedConfig();
      if (ConnectionLimits.is(config)) {
        limit = ConnectionLimits.decode(config, at.at("typed_config"));
        limits++;
        last = null;
      } else {
        last = filter(config, at.at("typed_config"));
      }
    }
    scope
        .at("filters")
        .require(
            last != null && limits <= 1 && chain.getFiltersCount() == limits + 1,
            "must have exactly one HttpConnectionManager or TcpProxy, and before it at most one"
                + " ConnectionLimit");
    return new Filters(limit, last == null ? nothing() : last);
  }

  private NetworkFilter filter(Any config, DecodeScope scope) {
    if (ConnectionManagers.is(config)) {
      HttpConnectionManager manager = managers.decode(config, scope);
      return manager == null ? nothing() : manager;
    }
    if (TcpProxies.is(config)) {
      TcpProxy proxy = TcpProxies.decode(config, scope);
      return proxy == null ? nothing() : proxy;
    }
    scope.problem(
        "the network filter \""
            + DecodeScope.typeName(config)
            + "\" is not supported: only HttpConnectionManager, TcpProxy and ConnectionLimit are");
    return nothing();
  }

  /** Stands in for a filter whose problems have been noted. */
  private static NetworkFilter nothing() {
    return new TcpProxy("", new ClusterTarget.Single(""), Duration.ZERO, 1);
  }

  FilterChain encode(dev.weft.xds.model.FilterChain chain) {
    FilterChain.Builder encoded =
        FilterChain.newBuilder()
            .setName(chain.name())
            .setFilterChainMatch(ChainMatches.encode(chain.match()));
    if (!chain.tlsHandshakeTimeout().isZero()) {
      encoded.setTransportSocketConnectTimeout(Wire.duration(chain.tlsHandshakeTimeout()));
    }
    if (chain.tls() != null) {
      encoded.setTransportSocket(TransportSockets.encode(chain.tls()));
    }
    if (chain.connectionLimit() != null) {
      encoded.addFilters(
          Filter.newBuilder()
              .setName("envoy.filters.network.connection_limit")
              .setTypedConfig(Extensions.pack(ConnectionLimits.encode(chain.connectionLimit()))));
    }
    return encoded
        .addFilters(
            switch (chain.filter()) {
              case HttpConnectionManager manager ->
                  Filter.newBuilder()
                      .setName("envoy.filters.network.http_connection_manager")
                      .setTypedConfig(Extensions.pack(managers.encode(manager)));
              case TcpProxy proxy ->
                  Filter.newBuilder()
                      .setName("envoy.filters.network.tcp_proxy")
                      .setTypedConfig(Extensions.pack(TcpProxies.encode(proxy)));
            })
        .build();
  }
}
