package dev.weft.control.compile;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteMatch;
import java.util.Comparator;

/**
 * The Gateway API's precedence among all matches attached to one port: exact paths, then regular
 * expressions, then the longest prefix; a method; the most headers; the most query parameters. What
 * is still equal keeps its order (routes by namespace and name, rules as written).
 */
final class RouteOrder {
  static final Comparator<Route> MOST_SPECIFIC_FIRST =
      Comparator.<Route>comparingInt(route -> rank(route.match().path()))
          .thenComparing(Comparator.comparingInt(RouteOrder::pathLength).reversed())
          .thenComparing(route -> !hasMethod(route.match()))
          .thenComparing(
              Comparator.<Route>comparingInt(route -> route.match().headers().size()).reversed())
          .thenComparing(
              Comparator.<Route>comparingInt(route -> route.match().queryParameters().size())
                  .reversed());

  private RouteOrder() {}

  private static int rank(PathMatch path) {
    return switch (path) {
      case PathMatch.Exact _, PathMatch.Connect _ -> 0;
      case PathMatch.Regex _, PathMatch.Template _ -> 1;
      case PathMatch.PathSeparatedPrefix _, PathMatch.Prefix _ -> 2;
    };
  }

  private static int pathLength(Route route) {
    return switch (route.match().path()) {
      case PathMatch.Connect _ -> 0;
      case PathMatch.Exact exact -> exact.path().length();
      case PathMatch.Regex regex -> regex.regex().length();
      case PathMatch.Template template -> template.template().length();
      case PathMatch.PathSeparatedPrefix prefix -> prefix.prefix().length();
      case PathMatch.Prefix prefix -> prefix.prefix().length();
    };
  }

  private static boolean hasMethod(RouteMatch match) {
    return match.headers().stream().map(HeaderMatch::name).anyMatch(":method"::equals);
  }
}
