package dev.weft.proxy.config;

/** Names route tables over Runtimes, whether they came by RDS or inside a listener. */
final class RouteKeys {
  private RouteKeys() {}

  static String rds(String name) {
    return "rds/" + name;
  }

  /** A chain keeps its table's key by its name, or its place where it has none. */
  static String inline(String listener, String chain, int place) {
    return "inline/" + listener + "/" + (chain.isEmpty() ? "#" + place : chain);
  }

  /** The key of a table inside one of several scopes. */
  static String inline(String listener, String chain, int place, String scope) {
    return inline(listener, chain, place) + "/scope/" + scope;
  }
}
