package dev.weft.proxy.config;

import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.HttpConnectionManager;
import java.util.List;

/**
 * A connection manager, compiled.
 *
 * @param listener the listener's name
 * @param chain the filter chain's name, may be empty
 * @param routeKey the key of its route table in every {@link Runtime}
 * @param checks the filters that come first and only look at heads
 * @param filters those that follow
 * @param routes its table when it was compiled, for a Runtime that has none under the key any more
 */
public record CompiledHttp(
    String listener,
    String chain,
    HttpConnectionManager manager,
    ServerSettings server,
    String routeKey,
    RouteTable<CompiledRoute> routes,
    List<RequestCheck> checks,
    List<HttpFilterFactory> filters,
    HttpStats stats,
    Tracing tracing,
    ExchangeObserver observer)
    implements CompiledChain.Handler {}
