package dev.weft.control.compile;

import dev.weft.control.resource.GrpcRouteResource;
import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.ValueMatch;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.StringMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Conditions of the Gateway API to those of the model. */
final class MatchTranslator {
  private MatchTranslator() {}

  static RouteMatch http(HttpRouteResource.Match match) {
    List<HeaderMatch> headers = headers(match.headers());
    if (match.method() != null) {
      headers.addFirst(HeaderMatch.exact(":method", match.method()));
    }
    List<QueryMatch> query =
        match.query().stream().map(q -> new QueryMatch(q.name(), value(q))).toList();
    return new RouteMatch(path(match.path()), headers, query, false, null);
  }

  static RouteMatch grpc(GrpcRouteResource.Match match) {
    GrpcRouteResource.Method method = match.method();
    PathMatch path = method == null ? new PathMatch.Prefix("/", true) : grpcPath(method);
    return new RouteMatch(path, headers(match.headers()), List.of(), true, null);
  }

  private static PathMatch path(HttpRouteResource.Path path) {
    return switch (path.type()) {
      case EXACT -> new PathMatch.Exact(path.value(), true);
      case REGULAR_EXPRESSION -> new PathMatch.Regex(path.value());
      case PATH_PREFIX -> {
        // "/shop/" and "/shop" mean the same path elements.
        String prefix =
            path.value().endsWith("/")
                ? path.value().substring(0, path.value().length() - 1)
                : path.value();
        yield prefix.isEmpty()
            ? new PathMatch.Prefix("/", true)
            : new PathMatch.PathSeparatedPrefix(prefix, true);
      }
    };
  }

  private static PathMatch grpcPath(GrpcRouteResource.Method method) {
    String service = method.service();
    String name = method.method();
    if (method.type() == ValueMatch.Type.REGULAR_EXPRESSION) {
      return new PathMatch.Regex(
          "/"
              + (service == null ? "[^/]+" : "(?:" + service + ")")
              + "/"
              + (name == null ? "[^/]+" : "(?:" + name + ")"));
    }
    if (service != null) {
      return name == null
          ? new PathMatch.Prefix("/" + service + "/", true)
          : new PathMatch.Exact("/" + service + "/" + name, true);
    }
    return name == null ? new PathMatch.Prefix("/", true) : anyServiceMethod(name);
  }

  private static PathMatch anyServiceMethod(String method) {
    // \Q…\E would end at an \E within; escape what RE2 gives a meaning instead.
    return new PathMatch.Regex("/[^/]+/" + method.replaceAll("[\\\\.\\[\\]{}()*+?^$|]", "\\\\$0"));
  }

  /** In lower case; the host is what HTTP/2 calls it. */
  static List<HeaderMatch> headers(List<ValueMatch> matches) {
    List<HeaderMatch> headers = new ArrayList<>();
    for (ValueMatch match : matches) {
      String name = match.name().toLowerCase(Locale.ROOT);
      headers.add(
          new HeaderMatch(
              name.equals("host") ? ":authority" : name, value(match), null, true, false, false));
    }
    return headers;
  }

  private static StringMatch value(ValueMatch match) {
    return switch (match.type()) {
      case EXACT -> new StringMatch.Exact(match.value(), false);
      case REGULAR_EXPRESSION -> new StringMatch.Regex(match.value());
    };
  }
}
