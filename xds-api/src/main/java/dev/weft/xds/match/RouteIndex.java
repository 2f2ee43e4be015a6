package dev.weft.xds.match;

import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RouteMatch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The routes of a virtual host by what their paths begin with: finds the first that matches, in the
 * order of the configuration, and looks only at those that the path leads to. Expressions and
 * templates are found by the literal text that they begin with. Immutable.
 */
final class RouteIndex {
  /** No route. */
  static final int NONE = -1;

  /** Routes whose literal text ends at a node, in order, while the index is built. */
  private static final class Collected {
    /** Those that match the path only if it ends here. */
    final List<Integer> here = new ArrayList<>();

    /** Those that may match whatever follows. */
    final List<Integer> below = new ArrayList<>();

    boolean certain;
  }

  /**
   * The routes of one kind of path: a tree whose values say where in {@code routes} those of a node
   * are. First how many may match whatever follows, then these, then how many match only a path
   * that ends here, and these. Each is its number, twice, and one more if it matches every request
   * that gets to it, whose matcher need not be looked at.
   */
  private record Tree(TextTree byText, int[] routes) {
    static Tree of(Map<String, Collected> byText, RouteMatcher[] matchers, boolean ignoreCase) {
      IntStream.Builder routes = IntStream.builder();
      Map<String, Integer> places = new HashMap<>();
      int place = 0;
      for (Map.Entry<String, Collected> entry : byText.entrySet()) {
        places.put(entry.getKey(), place);
        for (List<Integer> some : List.of(entry.getValue().below, entry.getValue().here)) {
          routes.add(some.size());
          some.forEach(route -> routes.add(2 * route + (matchers[route].isCertain() ? 1 : 0)));
          place += 1 + some.size();
        }
      }
      return new Tree(new TextTree(places, ignoreCase), routes.build().toArray());
    }
  }

  private final RouteMatcher[] matchers;
  private final Tree byPath;

  /** Of the paths whose case does not count; null if there are none. */
  private final @Nullable Tree byLowerPath;

  private final int[] tunnels;

  private RouteIndex(
      RouteMatcher[] matchers, Tree byPath, @Nullable Tree byLowerPath, int[] tunnels) {
    this.matchers = matchers;
    this.byPath = byPath;
    this.byLowerPath = byLowerPath;
    this.tunnels = tunnels;
  }

  /** Compiles the conditions of routes, in order. */
  static RouteIndex compile(List<RouteMatch> routes) {
    RouteMatcher[] matchers = new RouteMatcher[routes.size()];
    Map<OnePass, OnePass> shared = new HashMap<>();
    Map<String, Collected> byPath = new HashMap<>();
    Map<String, Collected> byLowerPath = new HashMap<>();
    List<Integer> tunnels = new ArrayList<>();
    for (int i = 0; i < matchers.length; i++) {
      RouteMatcher matcher = RouteMatcher.compile(routes.get(i), shared);
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
        Tree.of(byPath, matchers, false),
        byLowerPath.isEmpty() ? null : Tree.of(byLowerPath, matchers, true),
        tunnels.stream().mapToInt(Integer::intValue).toArray());
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

  /**
   * Whether the first of these routes matches every request that has a path, which begins with a
   * slash: what most hosts have, and nothing of an index need be looked at for.
   */
  static boolean firstTakesAll(List<RouteMatch> routes) {
    return !routes.isEmpty()
        && routes.getFirst().path() instanceof PathMatch.Prefix(String prefix, _)
        && prefix.equals("/")
        && RouteMatcher.compile(routes.getFirst(), new HashMap<>()).isCertain();
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
      for (int i = 0; i < tunnels.length && found == matchers.length; i++) {
        found = matchers[tunnels[i]].matches(request, path, random) ? tunnels[i] : found;
      }
    } else {
      found = first(byPath, found, request, path, random);
      if (byLowerPath != null) {
        found = first(byLowerPath, found, request, path, random);
      }
    }
    return found == matchers.length ? NONE : found;
  }

  private int first(Tree tree, int before, RequestView request, CharSequence path, long random) {
    TextTree byText = tree.byText();
    int[] routes = tree.routes();
    int found = before;
    int length = path.length();
    int at = 0;
    int node = byText.root();
    while (node != TextTree.NONE) {
      int place = byText.value(node);
      if (place != TextTree.NONE) {
        found = first(routes, place, found, request, path, random);
        if (at == length) {
          found = first(routes, place + 1 + routes[place], found, request, path, random);
        }
      }
      node = byText.next(node, path, at, length);
      at += node == TextTree.NONE ? 0 : byText.length(node);
    }
    return found;
  }

  /** The first of the routes at a place that matches, if it comes before another one. */
  private int first(
      int[] routes, int place, int before, RequestView request, CharSequence path, long random) {
    for (int i = place + 1, end = i + routes[place]; i < end; i++) {
      int route = routes[i] >>> 1;
      if (route >= before) {
        return before;
      }
      if ((routes[i] & 1) != 0 || matchers[route].matches(request, path, random)) {
        return route;
      }
    }
    return before;
  }
}
