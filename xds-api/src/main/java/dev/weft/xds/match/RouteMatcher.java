package dev.weft.xds.match;

import com.google.re2j.Pattern;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.RouteMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A compiled {@link RouteMatch}: the path first, then what is dearer to look at. */
final class RouteMatcher {
  private static final String GRPC = "application/grpc";

  private final boolean connect;
  private final Predicate<CharSequence> path;
  private final Predicate<RequestView>[] conditions;
  private final @Nullable Fraction fraction;

  private RouteMatcher(
      boolean connect,
      Predicate<CharSequence> path,
      List<Predicate<RequestView>> conditions,
      @Nullable Fraction fraction) {
    this.connect = connect;
    this.path = path;
    this.conditions = toArray(conditions);
    this.fraction = fraction;
  }

  static RouteMatcher compile(RouteMatch match) {
    List<Predicate<RequestView>> conditions = new ArrayList<>();
    for (HeaderMatch header : match.headers()) {
      conditions.add(HeaderMatcher.compile(header));
    }
    if (match.grpcOnly()) {
      conditions.add(request -> request.anyHeader("content-type", RouteMatcher::isGrpc));
    }
    for (QueryMatch query : match.queryParameters()) {
      conditions.add(QueryMatcher.compile(query));
    }
    return new RouteMatcher(
        match.path() instanceof PathMatch.Connect,
        compile(match.path()),
        conditions,
        match.runtimeFraction());
  }

  /**
   * @param asksForTunnel whether the request is a CONNECT, which has no path to match
   */
  boolean matches(RequestView request, boolean asksForTunnel, long random) {
    if (asksForTunnel != connect || !path.test(request.path())) {
      return false;
    }
    for (Predicate<RequestView> condition : conditions) {
      if (!condition.test(request)) {
        return false;
      }
    }
    return fraction == null
        || Long.remainderUnsigned(random, fraction.denominator()) < fraction.numerator();
  }

  private static Predicate<CharSequence> compile(PathMatch match) {
    return switch (match) {
      case PathMatch.Prefix(String prefix, boolean caseSensitive) ->
          path -> AsciiText.at(path, 0, prefix, !caseSensitive);
      case PathMatch.Exact(String exact, boolean caseSensitive) ->
          path -> AsciiText.equal(path, exact, !caseSensitive);
      case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
          path ->
              AsciiText.at(path, 0, prefix, !caseSensitive)
                  && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/');
      case PathMatch.Connect() -> path -> true;
      case PathMatch.Regex(String regex) -> {
        Pattern pattern = Regexes.compile(regex);
        yield path -> pattern.matcher(path).matches();
      }
    };
  }

  /** {@code application/grpc} and its flavours, and not {@code application/grpc-web}. */
  private static boolean isGrpc(CharSequence contentType) {
    return AsciiText.at(contentType, 0, GRPC, false)
        && (contentType.length() == GRPC.length() || contentType.charAt(GRPC.length()) == '+');
  }

  @SuppressWarnings("unchecked") // an array, so that a match makes no iterator
  private static Predicate<RequestView>[] toArray(List<Predicate<RequestView>> conditions) {
    return conditions.toArray(new Predicate[0]);
  }
}
