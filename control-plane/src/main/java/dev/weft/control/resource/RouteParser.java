package dev.weft.control.resource;

import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.control.resource.HttpRouteResource.PathType;
import dev.weft.control.resource.RouteFilter.Header;
import dev.weft.control.resource.RouteFilter.HeaderChanges;
import dev.weft.control.resource.RouteFilter.PathChange;
import dev.weft.control.resource.RouteFilter.PathChange.ReplaceFullPath;
import dev.weft.control.resource.RouteFilter.PathChange.ReplacePrefixMatch;
import java.util.List;

/** Turns the specs of routes into typed resources. */
final class RouteParser {
  private RouteParser() {}

  static HttpRouteResource http(Metadata metadata, Fields spec) {
    String namespace = metadata.namespace();
    return new HttpRouteResource(
        metadata, parents(spec, namespace), spec.list("rules", rule -> httpRule(rule, namespace)));
  }

  static GrpcRouteResource grpc(Metadata metadata, Fields spec) {
    String namespace = metadata.namespace();
    return new GrpcRouteResource(
        metadata, parents(spec, namespace), spec.list("rules", rule -> grpcRule(rule, namespace)));
  }

  static HttpRouteFilterResource filter(Metadata metadata, Fields spec) {
    if (spec.has("directResponse")) {
      Fields response = spec.object("directResponse");
      return new HttpRouteFilterResource(
          metadata,
          new RouteFilter.DirectResponse(
              response.number("statusCode", 200),
              response.optionalText("contentType"),
              response.object("body").text("inline")));
    }
    Fields replace = spec.object("urlRewrite").object("path").object("replaceRegexMatch");
    return new HttpRouteFilterResource(
        metadata,
        new RouteFilter.UrlRewrite(
            null,
            new PathChange.ReplaceRegexMatch(
                replace.text("pattern"), replace.text("substitution"))));
  }

  private static HttpRouteResource.Rule httpRule(Fields rule, String namespace) {
    List<HttpRouteResource.Match> matches = rule.list("matches", RouteParser::httpMatch);
    Fields timeouts = rule.object("timeouts");
    return new HttpRouteResource.Rule(
        rule.optionalText("name"),
        matches.isEmpty() ? List.of(HttpRouteResource.Match.ANY) : matches,
        rule.list("filters", filter -> filter(filter, namespace)),
        rule.list("backendRefs", backend -> backend(backend, namespace)),
        timeouts.optionalDuration("request"),
        timeouts.optionalDuration("backendRequest"),
        rule.optional("retry", RouteParser::retry));
  }

  private static HttpRouteResource.Retry retry(Fields retry) {
    return new HttpRouteResource.Retry(
        retry.list("codes", code -> code.node().asInt()),
        retry.optionalNumber("attempts"),
        retry.optionalDuration("backoff"));
  }

  private static HttpRouteResource.Match httpMatch(Fields match) {
    Path path =
        match.optional(
            "path", p -> new Path(p.token("type", PathType.PATH_PREFIX), p.text("value", "/")));
    return new HttpRouteResource.Match(
        path == null ? Path.ANY : path,
        match.list("headers", RouteParser::valueMatch),
        match.list("queryParams", RouteParser::valueMatch),
        match.optionalText("method"));
  }

  private static GrpcRouteResource.Rule grpcRule(Fields rule, String namespace) {
    List<GrpcRouteResource.Match> matches = rule.list("matches", RouteParser::grpcMatch);
    return new GrpcRouteResource.Rule(
        rule.optionalText("name"),
        matches.isEmpty() ? List.of(GrpcRouteResource.Match.ANY) : matches,
        rule.list("filters", filter -> filter(filter, namespace)),
        rule.list("backendRefs", backend -> backend(backend, namespace)));
  }

  private static GrpcRouteResource.Match grpcMatch(Fields match) {
    return new GrpcRouteResource.Match(
        match.optional(
            "method",
            m ->
                new GrpcRouteResource.Method(
                    m.token("type", ValueMatch.Type.EXACT),
                    m.optionalText("service"),
                    m.optionalText("method"))),
        match.list("headers", RouteParser::valueMatch));
  }

  static ValueMatch valueMatch(Fields match) {
    return new ValueMatch(
        match.token("type", ValueMatch.Type.EXACT), match.text("name"), match.text("value"));
  }

  private static List<ServiceRef> parents(Fields spec, String namespace) {
    return spec.list(
        "parentRefs",
        parent ->
            new ServiceRef(
                parent.text("namespace", namespace),
                parent.text("name"),
                parent.optionalNumber("port"),
                parent.optionalText("sectionName")));
  }

  private static BackendRef backend(Fields backend, String namespace) {
    return new BackendRef(
        backend.text("namespace", namespace),
        backend.text("name"),
        backend.number("port", 0),
        backend.number("weight", 1),
        backend.list("filters", filter -> filter(filter, namespace)));
  }

  private static RouteFilter filter(Fields filter, String namespace) {
    String type = filter.text("type");
    return switch (type) {
      case "RequestHeaderModifier" ->
          new RouteFilter.RequestHeaders(changes(filter.object("requestHeaderModifier")));
      case "ResponseHeaderModifier" ->
          new RouteFilter.ResponseHeaders(changes(filter.object("responseHeaderModifier")));
      case "RequestRedirect" -> redirect(filter.object("requestRedirect"));
      case "URLRewrite" -> rewrite(filter.object("urlRewrite"));
      case "RequestMirror" -> mirror(filter.object("requestMirror"), namespace);
      case "CORS" -> cors(filter.object("cors"));
      case "ExtensionRef" -> new RouteFilter.Extension(filter.object("extensionRef").text("name"));
      default ->
          throw new IllegalArgumentException(
              type + " is no filter type; its schema should have refused it");
    };
  }

  private static RouteFilter redirect(Fields redirect) {
    return new RouteFilter.Redirect(
        redirect.optionalText("scheme"),
        redirect.optionalText("hostname"),
        redirect.optional("path", RouteParser::pathChange),
        redirect.optionalNumber("port"),
        redirect.number("statusCode", 302));
  }

  private static RouteFilter rewrite(Fields rewrite) {
    return new RouteFilter.UrlRewrite(
        rewrite.optionalText("hostname"), rewrite.optional("path", RouteParser::pathChange));
  }

  private static RouteFilter mirror(Fields mirror, String namespace) {
    Fields backend = mirror.object("backendRef");
    return new RouteFilter.Mirror(
        new ServiceRef(
            backend.text("namespace", namespace),
            backend.text("name"),
            backend.optionalNumber("port")),
        mirror.optionalNumber("percent"),
        mirror.optional(
            "fraction",
            part ->
                new RouteFilter.Part(
                    part.number("numerator", 0), part.number("denominator", 100))));
  }

  private static RouteFilter cors(Fields cors) {
    return new RouteFilter.Cors(
        texts(cors, "allowOrigins"),
        cors.flag("allowCredentials", false),
        texts(cors, "allowMethods"),
        texts(cors, "allowHeaders"),
        texts(cors, "exposeHeaders"),
        cors.number("maxAge", 5));
  }

  private static List<String> texts(Fields fields, String name) {
    return fields.list(name, value -> value.node().asText());
  }

  private static PathChange pathChange(Fields path) {
    return path.text("type").equals("ReplaceFullPath")
        ? new ReplaceFullPath(path.text("replaceFullPath"))
        : new ReplacePrefixMatch(path.text("replacePrefixMatch"));
  }

  private static HeaderChanges changes(Fields changes) {
    return new HeaderChanges(
        changes.list("set", RouteParser::header),
        changes.list("add", RouteParser::header),
        texts(changes, "remove"));
  }

  private static Header header(Fields header) {
    return new Header(header.text("name"), header.text("value"));
  }
}
