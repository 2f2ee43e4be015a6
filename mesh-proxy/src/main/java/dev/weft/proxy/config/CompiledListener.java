package dev.weft.proxy.config;

import dev.weft.proxy.telemetry.ListenerStats;
import dev.weft.xds.match.ChainTable;
import dev.weft.xds.match.ConnectionAttributes;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.Listener;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A listener, compiled.
 *
 * @param chains every chain, the default one last
 * @param readsHello whether a ClientHello decides on a connection's chain
 * @param readsFirstLine whether the HTTP version of what is not TLS decides on it
 * @param proxyHeaders which PROXY headers connections begin with; null for none
 */
public record CompiledListener(
    Listener config,
    ChainTable<CompiledChain> table,
    @Nullable CompiledChain defaultChain,
    List<CompiledChain> chains,
    boolean readsHello,
    boolean readsFirstLine,
    @Nullable ProxyHeaderRules proxyHeaders,
    ListenerStats stats) {

  /** Its name. */
  public String name() {
    return config.name();
  }

  /** Whether the first bytes of a connection decide on its chain. */
  public boolean inspects() {
    return readsHello || readsFirstLine;
  }

  /** The chain for a connection; null if none fits. */
  public @Nullable CompiledChain choose(ConnectionAttributes connection) {
    CompiledChain chain = table.match(connection);
    return chain != null ? chain : defaultChain;
  }

  /**
   * The chain that takes the place of one of an earlier configuration: it matches the same
   * connections and asks for the same TLS. Null if there is none.
   */
  public @Nullable CompiledChain successor(CompiledChain earlier) {
    return counterpart(earlier.config());
  }

  /** The chain that matches the same connections as another and asks for the same TLS, or null. */
  @Nullable CompiledChain counterpart(FilterChain other) {
    for (CompiledChain chain : chains) {
      if (chain.config().match().equals(other.match())
          && Objects.equals(chain.config().tls(), other.tls())) {
        return chain;
      }
    }
    return null;
  }
}
