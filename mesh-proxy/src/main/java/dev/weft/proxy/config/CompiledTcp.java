package dev.weft.proxy.config;

import dev.weft.proxy.route.WeightedTargets;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.proxy.telemetry.TcpStats;
import dev.weft.xds.model.TcpProxy;

/**
 * A TCP relay, compiled.
 *
 * @param listener the listener's name
 * @param chain the filter chain's name, may be empty
 */
public record CompiledTcp(
    String listener,
    String chain,
    TcpProxy proxy,
    WeightedTargets targets,
    TcpStats stats,
    ExchangeObserver observer)
    implements CompiledChain.Handler {}
