package dev.weft.proxy.config;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.Rds;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.SecretSource;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a resource asks for by name. */
final class References {
  private References() {}

  /** The route tables of a listener. */
  static SortedSet<String> routes(Listener listener) {
    SortedSet<String> names = new TreeSet<>();
    chains(listener)
        .forEach(
            chain -> {
              if (chain.filter() instanceof HttpConnectionManager http
                  && http.routes() instanceof Rds(String name)) {
                names.add(name);
              }
            });
    return names;
  }

  /** The secrets of a listener. */
  static SortedSet<String> secrets(Listener listener) {
    SortedSet<String> names = new TreeSet<>();
    chains(listener)
        .forEach(
            chain -> {
              if (chain.tls() != null) {
                addSecrets(chain.tls().common(), names);
              }
            });
    return names;
  }

  /** The secrets of a cluster. */
  static SortedSet<String> secrets(Cluster cluster) {
    SortedSet<String> names = new TreeSet<>();
    if (cluster.tls() != null) {
      addSecrets(cluster.tls().common(), names);
    }
    return names;
  }

  private static Stream<FilterChain> chains(Listener listener) {
    return Stream.concat(
        listener.filterChains().stream(), Stream.ofNullable(listener.defaultFilterChain()));
  }

  private static void addSecrets(TlsSettings tls, SortedSet<String> names) {
    addSecret(tls.certificate(), names);
    addSecret(tls.trust(), names);
  }

  private static void addSecret(@Nullable SecretSource source, SortedSet<String> names) {
    if (source instanceof Sds(String name)) {
      names.add(name);
    }
  }
}
