package dev.weft.xds.match;

import dev.weft.xds.model.FilterChain;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The compiled choice of a listener's filter chain: a tree over destination port, destination
 * address, server name, transport protocol, application protocol, direct source, kind of source,
 * source and source port. At each step the most specific branch is taken and never left again, as
 * Envoy does it. Immutable.
 *
 * @param <T> what a chain is compiled to by whoever uses the table
 */
public final class ChainTable<T> {
  private final ChainNode<T> root;

  private ChainTable(ChainNode<T> root) {
    this.root = root;
  }

  /**
   * Compiles the chains of a listener; the default chain is not among them.
   *
   * @param factory called once for each chain, in order
   * @throws IllegalArgumentException if two chains match the same connections equally well, or an
   *     address is no literal; a decoded resource has neither
   */
  public static <T> ChainTable<T> compile(
      List<FilterChain> chains, Function<FilterChain, T> factory) {
    List<ChainNode.Entry<T>> entries = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      FilterChain chain = chains.get(i);
      String name = chain.name().isEmpty() ? "number " + i : "\"" + chain.name() + "\"";
      entries.add(new ChainNode.Entry<>(name, chain.match(), factory.apply(chain)));
    }
    return new ChainTable<>(ChainTree.build(entries));
  }

  /** The chain for a connection, or null if none fits: then the default chain is due, or none. */
  public @Nullable T match(ConnectionAttributes connection) {
    return root.find(connection);
  }
}
