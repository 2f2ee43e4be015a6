package dev.weft.xds.match;

import dev.weft.xds.match.ChainNode.Entry;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.CidrRange;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Builds the tree of {@link ChainTable}, one condition after the other. */
final class ChainTree {
  private ChainTree() {}

  static <T> ChainNode<T> build(List<Entry<T>> chains) {
    return byDestinationPort(chains);
  }

  private static <T> ChainNode<T> byDestinationPort(List<Entry<T>> chains) {
    return byValue(
        chains,
        match -> match.destinationPort() == null ? List.of() : List.of(match.destinationPort()),
        connection -> connection.destination().getPort(),
        ChainTree::byDestinationAddress);
  }

  private static <T> ChainNode<T> byDestinationAddress(List<Entry<T>> chains) {
    return byAddress(
        chains,
        ChainMatch::prefixRanges,
        ConnectionAttributes::destination,
        ChainTree::byServerName);
  }

  private static <T> ChainNode<T> byServerName(List<Entry<T>> chains) {
    Split<String, T> split = split(chains, match -> serverNames(match.serverNames()));
    ChainNode<T> otherwise = byTransportProtocol(split.rest());
    return split.groups().isEmpty()
        ? otherwise
        : new ChainNode.ByServerName<>(split.nodes(ChainTree::byTransportProtocol), otherwise);
  }

  private static <T> ChainNode<T> byTransportProtocol(List<Entry<T>> chains) {
    return byValue(
        chains,
        match -> match.transportProtocol() == null ? List.of() : List.of(match.transportProtocol()),
        ConnectionAttributes::transportProtocol,
        ChainTree::byApplicationProtocol);
  }

  private static <T> ChainNode<T> byApplicationProtocol(List<Entry<T>> chains) {
    Split<String, T> split = split(chains, ChainMatch::applicationProtocols);
    ChainNode<T> otherwise = byDirectSource(split.rest());
    return split.groups().isEmpty()
        ? otherwise
        : new ChainNode.ByApplicationProtocol<>(split.nodes(ChainTree::byDirectSource), otherwise);
  }

  private static <T> ChainNode<T> byDirectSource(List<Entry<T>> chains) {
    return byAddress(
        chains,
        ChainMatch::directSourcePrefixRanges,
        ConnectionAttributes::directSource,
        ChainTree::bySourceType);
  }

  private static <T> ChainNode<T> bySourceType(List<Entry<T>> chains) {
    return byValue(
        chains,
        match -> match.sourceType() == null ? List.of() : List.of(match.sourceType()),
        ConnectionAttributes::sourceType,
        ChainTree::bySource);
  }

  private static <T> ChainNode<T> bySource(List<Entry<T>> chains) {
    return byAddress(
        chains,
        ChainMatch::sourcePrefixRanges,
        ConnectionAttributes::source,
        ChainTree::bySourcePort);
  }

  private static <T> ChainNode<T> bySourcePort(List<Entry<T>> chains) {
    return byValue(
        chains,
        ChainMatch::sourcePorts,
        connection -> connection.source().getPort(),
        ChainTree::leaf);
  }

  private static <T> ChainNode<T> leaf(List<Entry<T>> chains) {
    if (chains.size() > 1) {
      throw new IllegalArgumentException(
          "filter chains "
              + chains.stream().map(Entry::name).collect(Collectors.joining(" and "))
              + " match the same connections: make their filter_chain_match differ");
    }
    return new ChainNode.Leaf<>(chains.isEmpty() ? null : chains.getFirst().target());
  }

  private static <K, T> ChainNode<T> byValue(
      List<Entry<T>> chains,
      Function<ChainMatch, List<K>> keys,
      Function<ConnectionAttributes, K> value,
      Function<List<Entry<T>>, ChainNode<T>> next) {
    Split<K, T> split = split(chains, keys);
    ChainNode<T> otherwise = next.apply(split.rest());
    return split.groups().isEmpty()
        ? otherwise
        : new ChainNode.ByValue<>(value, split.nodes(next), otherwise);
  }

  private static <T> ChainNode<T> byAddress(
      List<Entry<T>> chains,
      Function<ChainMatch, List<CidrRange>> ranges,
      Function<ConnectionAttributes, InetSocketAddress> address,
      Function<List<Entry<T>>, ChainNode<T>> next) {
    Split<AddressPrefix, T> split =
        split(chains, match -> ranges.apply(match).stream().map(AddressPrefix::of).toList());
    ChainNode<T> otherwise = next.apply(split.rest());
    if (split.groups().isEmpty()) {
      return otherwise;
    }
    List<ChainNode.ByAddress.Branch<T>> branches =
        split.nodes(next).entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .map(entry -> new ChainNode.ByAddress.Branch<>(entry.getKey(), entry.getValue()))
            .toList();
    return new ChainNode.ByAddress<>(address, branches, otherwise);
  }

  private static List<String> serverNames(Collection<String> names) {
    return names.stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .map(name -> name.startsWith("*.") ? name.substring(1) : name)
        .toList();
  }

  private static <K, T> Split<K, T> split(
      List<Entry<T>> chains, Function<ChainMatch, List<K>> keys) {
    Map<K, List<Entry<T>>> groups = new LinkedHashMap<>();
    List<Entry<T>> rest = new ArrayList<>();
    for (Entry<T> chain : chains) {
      // a value that a chain names twice is one condition
      LinkedHashSet<K> distinct = new LinkedHashSet<>(keys.apply(chain.match()));
      if (distinct.isEmpty()) {
        rest.add(chain);
      }
      distinct.forEach(key -> groups.computeIfAbsent(key, k -> new ArrayList<>()).add(chain));
    }
    return new Split<>(groups, rest);
  }

  /** Chains grouped by one condition, and those without it. */
  private record Split<K, T>(Map<K, List<Entry<T>>> groups, List<Entry<T>> rest) {
    Map<K, ChainNode<T>> nodes(Function<List<Entry<T>>, ChainNode<T>> next) {
      Map<K, ChainNode<T>> nodes = new HashMap<>();
      groups.forEach((key, chains) -> nodes.put(key, next.apply(chains)));
      return nodes;
    }
  }
}
