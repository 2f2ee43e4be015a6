package dev.weft.proxy.config;

import dev.weft.proxy.tls.TlsContexts;
import dev.weft.xds.model.FilterChain;
import org.jspecify.annotations.Nullable;

/**
 * A filter chain, compiled.
 *
 * @param tls null accepts plaintext
 * @param limit null takes any number of connections
 */
public record CompiledChain(
    FilterChain config,
    TlsContexts.@Nullable Context tls,
    @Nullable ActiveConnectionLimit limit,
    Handler handler) {

  /** What is done with the chain's connections. */
  public sealed interface Handler permits CompiledHttp, CompiledTcp {}
}
