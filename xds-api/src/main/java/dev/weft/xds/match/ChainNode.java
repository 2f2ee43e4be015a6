package dev.weft.xds.match;

import dev.weft.xds.model.ChainMatch;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A step of the choice; {@code otherwise} is where chains without this condition are. */
sealed interface ChainNode<T> {
  @Nullable T find(ConnectionAttributes connection);

  /** A chain on its way into the tree. */
  record Entry<T>(String name, ChainMatch match, T target) {}

  record Leaf<T>(@Nullable T target) implements ChainNode<T> {
    @Override
    public @Nullable T find(ConnectionAttributes connection) {
      return target;
    }
  }

  /** By one value that must be equal. */
  record ByValue<K, T>(
      Function<ConnectionAttributes, K> value, Map<K, ChainNode<T>> nodes, ChainNode<T> otherwise)
      implements ChainNode<T> {
    @Override
    public @Nullable T find(ConnectionAttributes connection) {
      return nodes.getOrDefault(value.apply(connection), otherwise).find(connection);
    }
  }

  /** By the first of the client's protocols that any chain names. */
  record ByApplicationProtocol<T>(Map<String, ChainNode<T>> nodes, ChainNode<T> otherwise)
      implements ChainNode<T> {
    @Override
    public @Nullable T find(ConnectionAttributes connection) {
      for (String protocol : connection.applicationProtocols()) {
        ChainNode<T> node = nodes.get(protocol);
        if (node != null) {
          return node.find(connection);
        }
      }
      return otherwise.find(connection);
    }
  }

  /**
   * By the exact server name, else the longest wildcard: {@code *.example} fits any number of
   * labels before {@code .example}. The keys of wildcards start with the dot.
   */
  record ByServerName<T>(Map<String, ChainNode<T>> nodes, ChainNode<T> otherwise)
      implements ChainNode<T> {
    @Override
    public @Nullable T find(ConnectionAttributes connection) {
      String serverName = connection.serverName();
      if (serverName == null) {
        return otherwise.find(connection);
      }
      String name = serverName.toLowerCase(Locale.ROOT);
      ChainNode<T> node = name.startsWith(".") ? null : nodes.get(name);
      for (int dot = name.indexOf('.', 1);
          node == null && dot > 0;
          dot = name.indexOf('.', dot + 1)) {
        node = nodes.get(name.substring(dot));
      }
      return (node == null ? otherwise : node).find(connection);
    }
  }

  /** By the longest prefix of an address. */
  record ByAddress<T>(
      Function<ConnectionAttributes, InetSocketAddress> address,
      List<Branch<T>> longestFirst,
      ChainNode<T> otherwise)
      implements ChainNode<T> {
    record Branch<T>(AddressPrefix prefix, ChainNode<T> node) {}

    @Override
    public @Nullable T find(ConnectionAttributes connection) {
      InetAddress ip = address.apply(connection).getAddress();
      if (ip != null) {
        byte[] bytes = ip.getAddress();
        for (Branch<T> branch : longestFirst) {
          if (branch.prefix().contains(bytes)) {
            return branch.node().find(connection);
          }
        }
      }
      return otherwise.find(connection);
    }
  }
}
