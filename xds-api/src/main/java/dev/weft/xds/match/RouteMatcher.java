package dev.weft.xds.match;

import com.google.re2j.Pattern;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.MetadataMatch;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.RouteMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@link RouteMatch}, but for the text that its path begins with, or is: {@link
 * RouteIndex} finds it by that. What is left of the path comes first, then what is dearer to look
 * at.
 */
final class RouteMatcher {
  private static final String GRPC = "application/grpc";

  private static final Predicate<RequestView>[] UNCONDITIONAL = array();

  /** Null where the text is all of it. */
  private final @Nullable Predicate<CharSequence> path;

  /**
   * An expression's way through the rest of a path, which others that go on in the same way share:
   * of ten thousand expressions one only has to be in the processor's caches. Null where there is
   * none.
   */
  private final @Nullable OnePass pass;

  private final @Nullable Pattern pattern;

  private final Predicate<RequestView>[] conditions;
  private final @Nullable Fraction fraction;

  private RouteMatcher(
      @Nullable Predicate<CharSequence> path,
      @Nullable OnePass pass,
      @Nullable Pattern pattern,
      List<Predicate<RequestView>> conditions,
      @Nullable Fraction fraction) {
    this.path = path;
    this.pass = pass;
    this.pattern = pattern;
    this.conditions = conditions.isEmpty() ? UNCONDITIONAL : conditions.toArray(array());
    this.fraction = fraction;
  }

  /**
   * @param shared what expressions share; what is new is added
   */
  static RouteMatcher compile(RouteMatch match, Map<OnePass, OnePass> shared) {
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
    RouteMatch.Certificate certificate = match.certificate();
    if (certificate != null) {
      addCertificate(certificate, conditions);
    }
    for (MetadataMatch metadata : match.metadata()) {
      // Filters note what they note of a request that has its route; with Envoy as well, which does
      // not look at what its listener filters noted of the connection.
      if (!MetadataMatcher.compile(metadata).matches(Map.of())) {
        conditions.add(request -> false);
      }
    }
    Fraction fraction = match.runtimeFraction();
    if (match.path() instanceof PathMatch.Regex(String regex)) {
      Pattern pattern = Regexes.compile(regex);
      OnePass pass = OnePass.of(pattern, LiteralPrefix.ofRegex(regex).length());
      return pass == null
          ? new RouteMatcher(
              path -> pattern.matcher(path).matches(), null, null, conditions, fraction)
          : new RouteMatcher(
              null, shared.computeIfAbsent(pass, p -> p), pattern, conditions, fraction);
    }
    return new RouteMatcher(compile(match.path()), null, null, conditions, fraction);
  }

  private static void addCertificate(
      RouteMatch.Certificate certificate, List<Predicate<RequestView>> conditions) {
    Boolean presented = certificate.presented();
    Boolean validated = certificate.validated();
    if (presented != null) {
      boolean wanted = presented;
      conditions.add(request -> request.hasCertificate() == wanted);
    }
    if (validated != null) {
      boolean wanted = validated;
      conditions.add(request -> request.hasCertificate() == wanted);
    }
  }

  /** Whether it matches every request whose path has the text. */
  boolean isCertain() {
    return path == null && pass == null && conditions.length == 0 && fraction == null;
  }

  /**
   * @param matched the part of the path that counts, which has the text
   */
  boolean matches(RequestView request, CharSequence matched, long random) {
    if (path != null && !path.test(matched)) {
      return false;
    }
    if (pass != null && pattern != null && !pass.test(matched, pattern)) {
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

  private static @Nullable Predicate<CharSequence> compile(PathMatch match) {
    return switch (match) {
      case PathMatch.Prefix _, PathMatch.Exact _, PathMatch.Connect _, PathMatch.Regex _ -> null;
      case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
          path -> path.length() == prefix.length() || path.charAt(prefix.length()) == '/';
      case PathMatch.Template(String template) -> UriTemplate.compile(template)::matches;
    };
  }

  /** {@code application/grpc} and its flavours, and not {@code application/grpc-web}. */
  private static boolean isGrpc(CharSequence contentType) {
    return AsciiText.at(contentType, 0, GRPC, false)
        && (contentType.length() == GRPC.length() || contentType.charAt(GRPC.length()) == '+');
  }

  @SuppressWarnings("unchecked") // an array, so that a match makes no iterator
  private static Predicate<RequestView>[] array() {
    return new Predicate[0];
  }
}
