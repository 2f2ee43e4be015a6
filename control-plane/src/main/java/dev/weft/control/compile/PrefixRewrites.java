package dev.weft.control.compile;

import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.Redirect;
import dev.weft.xds.model.RouteAction.Rewrite;
import dev.weft.xds.model.RouteActionForwardBuilder;
import dev.weft.xds.model.RouteMatch;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The Gateway API replaces path elements ({@code ReplacePrefixMatch}), xDS replaces characters. The
 * two agree when slashes are put right; and where the prefix is replaced by nothing, {@code /shop}
 * and {@code /shop/…} become two routes.
 */
final class PrefixRewrites {
  private PrefixRewrites() {}

  /** The route, or the two it becomes; one after the other they match what it matches. */
  static List<Route> split(Route route, Problems problems) {
    String replacement = replacement(route.action());
    if (replacement == null) {
      return List.of(route);
    }
    return switch (route.match().path()) {
      case PathMatch.Prefix _ -> List.of(with(route, route.match().path(), withSlash(replacement)));
      case PathMatch.PathSeparatedPrefix prefix -> {
        String bare = withoutSlash(replacement);
        yield bare.isEmpty()
            ? List.of(
                with(route, new PathMatch.Exact(prefix.prefix(), true), "/"),
                with(route, new PathMatch.Prefix(prefix.prefix() + "/", true), "/"))
            : List.of(with(route, prefix, bare));
      }
      case PathMatch.Exact _, PathMatch.Regex _, PathMatch.Connect _, PathMatch.Template _ -> {
        problems.add(
            route.name()
                + ": ReplacePrefixMatch needs a PathPrefix match; the path is left as it is");
        yield List.of(with(route, route.match().path(), null));
      }
    };
  }

  private static @Nullable String replacement(RouteAction action) {
    return switch (action) {
      case Forward forward ->
          forward.rewrite() != null
                  && forward.rewrite().path() instanceof PathRewrite.Prefix(String prefix)
              ? prefix
              : null;
      case Redirect redirect -> redirect.prefixRewrite();
      case RouteAction.DirectResponse _, RouteAction.NonForwarding _ -> null;
    };
  }

  private static Route with(Route route, PathMatch path, @Nullable String replacement) {
    RouteMatch match = route.match();
    return new Route(
        route.name(),
        new RouteMatch(
            path,
            match.headers(),
            match.queryParameters(),
            match.grpcOnly(),
            match.runtimeFraction()),
        with(route.action(), replacement),
        route.headers(),
        route.bufferLimit(),
        route.filters(),
        route.tracing(),
        route.decorator(),
        route.metadata(),
        route.statPrefix());
  }

  private static RouteAction with(RouteAction action, @Nullable String prefix) {
    return switch (action) {
      case Forward f -> {
        Rewrite old = f.rewrite();
        PathRewrite path = prefix == null ? null : new PathRewrite.Prefix(prefix);
        yield RouteActionForwardBuilder.builder(f)
            .rewrite(
                new Rewrite(
                    path,
                    old == null ? null : old.host(),
                    old != null && old.appendForwardedHost()))
            .build();
      }
      case Redirect r ->
          new Redirect(
              r.scheme(), r.host(), r.port(), r.path(), prefix, r.status(), r.stripQuery());
      case RouteAction.DirectResponse _, RouteAction.NonForwarding _ -> action;
    };
  }

  private static String withSlash(String path) {
    return path.endsWith("/") ? path : path + "/";
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
