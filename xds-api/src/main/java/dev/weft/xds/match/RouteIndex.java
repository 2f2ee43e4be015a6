package dev.weft.xds.match;

import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RouteMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a virtual host by what their paths begin with: finds the first that matches, in the
 * order of the configuration, and looks only at those that the path leads to. Expressions and
 * templates are found by the literal text that they begin with. Immutable.
 */
final class RouteIndex {
  /** No route. */
  static final int NONE = -1;

  /**
   * Routes whose literal text ends at a node, in order.
   *
   * @param here those that match the path only if it ends here
   * @param below those that may match whatever follows
   */
  private record Routes(int[] here, int[] below) {}

  private static final class Collected {
    final List<Integer> here = new ArrayList<>();
    final List<Integer> below = new ArrayList<>();
    boolean certain;

    Routes routes() {
      return new Routes(ints(here), ints(below));
    }
  }

  private final RouteMatcher[] matchers;
  private final TextTree<Routes> byPath;

  /** Of the paths whose case does not count; null if there are none. */
  private final @Nullable TextTree<Routes> byLowerPath;

  private final int[] tunnels;

  private RouteIndex(
      RouteMatcher[] matchers,
      TextTree<Routes> byPath,
      @Nullable TextTree<Routes> byLowerPath,
      int[] tunnels) {
    this.matchers = matchers;
    this.byPath = byPath;
    this.byLowerPath = byLowerPath;
    this.tunnels = tunnels;
  }

  /** Compiles the conditions of routes, in order. */
  static RouteIndex compile(List<RouteMatch> routes) {
    RouteMatcher[] matchers = new RouteMatcher[routes.size()];
    Map<String, Collected> byPath = new HashMap<>();
    Map<String, Collected> byLowerPath = new HashMap<>();
    List<Integer> tunnels = new ArrayList<>();
    for (int i = 0; i < matchers.length; i++) {
      RouteMatcher matcher = RouteMatcher.compile(routes.get(i));
      matchers[i] = matcher;
      switch (routes.get(i).path()) {
        case PathMatch.Connect() -> tunnels.add(i);
        case PathMatch.Exact(String path, boolean caseSensitive) ->
            of(caseSensitive ? byPath : byLowerPath, path, caseSensitive).here.add(i);
        case PathMatch.Prefix(String prefix, boolean caseSensitive) ->
            below(of(caseSensitive ? byPath : byLowerPath, prefix, caseSensitive), i, matcher);
        case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
            below(of(caseSensitive ? byPath : byLowerPath, prefix, caseSensitive), i, matcher);
        case PathMatch.Regex(String regex) ->
            below(of(byPath, LiteralPrefix.ofRegex(regex), true), i, matcher);
        case PathMatch.Template(String template) ->
            below(of(byPath, LiteralPrefix.ofTemplate(template), true), i, matcher);
      }
    }
    return new RouteIndex(
        matchers,
        tree(byPath, false),
        byLowerPath.isEmpty() ? null : tree(byLowerPath, true),
        ints(tunnels));
  }

  private static TextTree<Routes> tree(Map<String, Collected> byText, boolean ignoreCase) {
    Map<String, Routes> routes = new HashMap<>();
    byText.forEach((text, collected) -> routes.put(text, collected.routes()));
    return new TextTree<>(routes, ignoreCase);
  }

  private static Collected of(Map<String, Collected> byText, String text, boolean caseSensitive) {
    return byText.computeIfAbsent(
        caseSensitive ? text : AsciiText.lower(text), t -> new Collected());
  }

  /** What comes after a route that matches every request that gets here is never asked. */
  private static void below(Collected routes, int route, RouteMatcher matcher) {
    if (!routes.certain) {
      routes.below.add(route);
      routes.certain = matcher.isCertain();
    }
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  /**
   * Whether the first of these routes matches every request that has a path, which begins with a
   * slash: what most hosts have, and nothing of an index need be looked at for.
   */
  static boolean firstTakesAll(List<RouteMatch> routes) {
    return !routes.isEmpty()
        && routes.getFirst().path() instanceof PathMatch.Prefix(String prefix, _)
        && prefix.equals("/")
        && RouteMatcher.compile(routes.getFirst()).isCertain();
  }

  /**
   * The first route that matches; {@link #NONE} if none does.
   *
   * @param path the part of the path that counts
   * @param connect whether the request is a CONNECT, which has no path to match
   */
  int find(RequestView request, CharSequence path, boolean connect, long random) {
    int found = matchers.length;
    if (connect) {
      found = first(tunnels, found, request, path, random);
    } else {
      found = first(byPath, found, request, path, random);
      if (byLowerPath != null) {
        found = first(byLowerPath, found, request, path, random);
      }
    }
    return found == matchers.length ? NONE : found;
  }

  private int first(
      TextTree<Routes> tree, int before, RequestView request, CharSequence path, long random) {
    int found = before;
    int length = path.length();
    int at = 0;
    TextTree.Node<Routes> node = tree.root();
    while (node != null) {
      Routes routes = node.value();
      if (routes != null) {
        found = first(routes.below(), found, request, path, random);
        if (at == length) {
          found = first(routes.here(), found, request, path, random);
        }
      }
      node = tree.next(node, path, at, length);
      at += node == null ? 0 : node.length();
    }
    return found;
  }

  /** The first of these routes that matches, if it comes before another one. */
  private int first(int[] routes, int before, RequestView request, CharSequence path, long random) {
    for (int route : routes) {
      if (route >= before) {
        return before;
      }
      if (matchers[route].matches(request, path, random)) {
        return route;
      }
    }
    return before;
  }
}
