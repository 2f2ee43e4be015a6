package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.Rds;
import dev.weft.xds.model.HttpConnectionManager.TableSource;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a resource asks for by name. */
public final class References {
  private References() {}

  /** The route tables of a listener. */
  public static SortedSet<String> routes(Listener listener) {
    SortedSet<String> names = new TreeSet<>();
    chains(listener)
        .forEach(
            chain -> {
              if (chain.filter() instanceof HttpConnectionManager http) {
                for (TableSource table : http.routes().tables()) {
                  if (table instanceof Rds(String name)) {
                    names.add(name);
                  }
                }
              }
            });
    return names;
  }

  /** Where a listener's key material comes from. */
  public static List<SecretSource> keyMaterial(Listener listener) {
    return chains(listener)
        .flatMap(
            chain ->
                chain.tls() == null
                    ? Stream.of()
                    : Stream.concat(
                        sources(chain.tls().common()), chain.tls().choice().more().stream()))
        .toList();
  }

  /** Where a cluster's key material comes from. */
  public static List<SecretSource> keyMaterial(Cluster cluster) {
    return Stream.concat(
            Stream.ofNullable(cluster.tls()),
            cluster.transportMatches().stream()
                .map(match -> match.transport().tls())
                .filter(Objects::nonNull))
        .flatMap(tls -> sources(tls.common()))
        .toList();
  }

  /** The secrets of a listener that come by SDS. */
  static SortedSet<String> secrets(Listener listener) {
    return bySds(keyMaterial(listener));
  }

  /** The secrets of a cluster that come by SDS. */
  static SortedSet<String> secrets(Cluster cluster) {
    return bySds(keyMaterial(cluster));
  }

  private static SortedSet<String> bySds(List<SecretSource> sources) {
    SortedSet<String> names = new TreeSet<>();
    for (SecretSource source : sources) {
      if (source instanceof Sds(String name)) {
        names.add(name);
      }
    }
    return names;
  }

  private static Stream<SecretSource> sources(TlsSettings tls) {
    return Stream.of(tls.certificate(), tls.trust()).filter(Objects::nonNull);
  }

  private static Stream<FilterChain> chains(Listener listener) {
    return Stream.concat(
        listener.filterChains().stream(), Stream.ofNullable(listener.defaultFilterChain()));
  }
}
