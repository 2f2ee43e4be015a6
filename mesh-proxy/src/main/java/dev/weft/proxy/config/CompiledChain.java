package dev.weft.proxy.config;

import dev.weft.proxy.tls.TlsContexts;
import dev.weft.xds.model.FilterChain;
import org.jspecify.annotations.Nullable;

/**
 * A filter chain, compiled.
 *
 * @param tls null accepts plaintext
 */
public record CompiledChain(
    FilterChain config, TlsContexts.@Nullable Context tls, Handler handler) {

  /** What is done with the chain's connections. */
  public sealed interface Handler permits CompiledHttp, CompiledTcp {}
}
