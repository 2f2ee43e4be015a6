package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.MetadataMatch;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.ConnectMatcher;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.GrpcRouteMatchOptions;
import io.envoyproxy.envoy.config.route.v3.RouteMatch.TlsContextMatchOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteMatch}. */
final class RouteMatches {
  private static final int MAX_QUERY_NAME = 1024;

  private RouteMatches() {}

  static RouteMatch decode(
      io.envoyproxy.envoy.config.route.v3.RouteMatch match, DecodeScope scope) {
    List<dev.weft.xds.model.HeaderMatch> headers = new ArrayList<>();
    for (int i = 0; i < match.getHeadersCount(); i++) {
      headers.add(HeaderMatches.decode(match.getHeaders(i), scope.at("headers", i)));
    }
    List<QueryMatch> query = new ArrayList<>();
    for (int i = 0; i < match.getQueryParametersCount(); i++) {
      query.add(query(match.getQueryParameters(i), scope.at("query_parameters", i)));
    }
    return new RouteMatch(
        path(match, scope),
        headers,
        query,
        match.hasGrpc(),
        match.hasRuntimeFraction()
            ? Fractions.decode(match.getRuntimeFraction(), scope.at("runtime_fraction"))
            : null,
        match.hasTlsContext() ? certificate(match.getTlsContext()) : null,
        metadata(match, scope));
  }

  private static List<MetadataMatch> metadata(
      io.envoyproxy.envoy.config.route.v3.RouteMatch match, DecodeScope scope) {
    List<MetadataMatch> decoded = new ArrayList<>(match.getDynamicMetadataCount());
    for (int i = 0; i < match.getDynamicMetadataCount(); i++) {
      decoded.add(
          MetadataMatches.decode(match.getDynamicMetadata(i), scope.at("dynamic_metadata", i)));
    }
    return decoded;
  }

  private static RouteMatch.Certificate certificate(TlsContextMatchOptions options) {
    return new RouteMatch.Certificate(
        options.hasPresented() ? options.getPresented().getValue() : null,
        options.hasValidated() ? options.getValidated().getValue() : null);
  }

  private static PathMatch path(
      io.envoyproxy.envoy.config.route.v3.RouteMatch match, DecodeScope scope) {
    boolean caseSensitive = !match.hasCaseSensitive() || match.getCaseSensitive().getValue();
    return switch (match.getPathSpecifierCase()) {
      case PREFIX -> new PathMatch.Prefix(match.getPrefix(), caseSensitive);
      case PATH -> new PathMatch.Exact(match.getPath(), caseSensitive);
      case PATH_SEPARATED_PREFIX -> {
        String prefix = match.getPathSeparatedPrefix();
        scope
            .at("path_separated_prefix")
            .require(
                prefix.length() > 1
                    && !prefix.endsWith("/")
                    && prefix.indexOf('?') < 0
                    && prefix.indexOf('#') < 0,
                "must be longer than \"/\", without ? and #, and not end with /");
        yield new PathMatch.PathSeparatedPrefix(prefix, caseSensitive);
      }
      case SAFE_REGEX ->
          new PathMatch.Regex(StringMatches.regex(match.getSafeRegex(), scope.at("safe_regex")));
      case CONNECT_MATCHER -> new PathMatch.Connect();
      case PATH_MATCH_POLICY ->
          Rewrites.match(match.getPathMatchPolicy(), scope.at("path_match_policy"));
      case PATHSPECIFIER_NOT_SET -> {
        scope.problem(
            "must have one of prefix, path, path_separated_prefix, safe_regex, path_match_policy"
                + " and connect_matcher");
        yield new PathMatch.Prefix("", true);
      }
    };
  }

  private static QueryMatch query(QueryParameterMatcher matcher, DecodeScope scope) {
    String name = Wire.text(matcher.getName(), scope.at("name"));
    scope.at("name").require(name.length() <= MAX_QUERY_NAME, "is longer than " + MAX_QUERY_NAME);
    return new QueryMatch(
        name,
        matcher.hasStringMatch()
            ? StringMatches.decode(matcher.getStringMatch(), scope.at("string_match"))
            : null);
  }

  static io.envoyproxy.envoy.config.route.v3.RouteMatch encode(RouteMatch match) {
    var encoded = io.envoyproxy.envoy.config.route.v3.RouteMatch.newBuilder();
    switch (match.path()) {
      case PathMatch.Prefix(String prefix, boolean caseSensitive) ->
          encoded.setPrefix(prefix).setCaseSensitive(Wire.bool(caseSensitive));
      case PathMatch.Exact(String path, boolean caseSensitive) ->
          encoded.setPath(path).setCaseSensitive(Wire.bool(caseSensitive));
      case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
          encoded.setPathSeparatedPrefix(prefix).setCaseSensitive(Wire.bool(caseSensitive));
      case PathMatch.Connect() -> encoded.setConnectMatcher(ConnectMatcher.getDefaultInstance());
      case PathMatch.Regex(String regex) -> encoded.setSafeRegex(StringMatches.regex(regex));
      case PathMatch.Template(String template) ->
          encoded.setPathMatchPolicy(Rewrites.match(template));
    }
    match.headers().forEach(header -> encoded.addHeaders(HeaderMatches.encode(header)));
    match.queryParameters().forEach(query -> encoded.addQueryParameters(encode(query)));
    if (match.grpcOnly()) {
      encoded.setGrpc(GrpcRouteMatchOptions.getDefaultInstance());
    }
    Fraction fraction = match.runtimeFraction();
    if (fraction != null) {
      encoded.setRuntimeFraction(Fractions.runtime(fraction));
    }
    RouteMatch.Certificate certificate = match.certificate();
    if (certificate != null) {
      TlsContextMatchOptions.Builder options = encoded.getTlsContextBuilder();
      if (certificate.presented() != null) {
        options.setPresented(Wire.bool(certificate.presented()));
      }
      if (certificate.validated() != null) {
        options.setValidated(Wire.bool(certificate.validated()));
      }
    }
    match.metadata().forEach(each -> encoded.addDynamicMetadata(MetadataMatches.encode(each)));
    return encoded.build();
  }

  private static QueryParameterMatcher encode(QueryMatch query) {
    QueryParameterMatcher.Builder matcher =
        QueryParameterMatcher.newBuilder().setName(query.name());
    dev.weft.xds.model.@Nullable StringMatch value = query.value();
    return (value == null
            ? matcher.setPresentMatch(true)
            : matcher.setStringMatch(StringMatches.encode(value)))
        .build();
  }
}
