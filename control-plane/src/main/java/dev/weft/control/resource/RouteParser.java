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

  private static HttpRouteResource.Rule httpRule(Fields rule, String namespace) {
    List<HttpRouteResource.Match> matches = rule.list("matches", RouteParser::httpMatch);
    Fields timeouts = rule.object("timeouts");
    return new HttpRouteResource.Rule(
        rule.optionalText("name"),
        matches.isEmpty() ? List.of(HttpRouteResource.Match.ANY) : matches,
        rule.list("filters", RouteParser::filter),
        rule.list("backendRefs", backend -> backend(backend, namespace)),
        timeouts.optionalDuration("request"),
        timeouts.optionalDuration("backendRequest"));
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
        rule.list("filters", RouteParser::filter),
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

  private static ValueMatch valueMatch(Fields match) {
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
                parent.optionalNumber("port")));
  }

  private static BackendRef backend(Fields backend, String namespace) {
    return new BackendRef(
        backend.text("namespace", namespace),
        backend.text("name"),
        backend.number("port", 0),
        backend.number("weight", 1),
        backend.list("filters", RouteParser::filter));
  }

  private static RouteFilter filter(Fields filter) {
    String type = filter.text("type");
    return switch (type) {
      case "RequestHeaderModifier" ->
          new RouteFilter.RequestHeaders(changes(filter.object("requestHeaderModifier")));
      case "ResponseHeaderModifier" ->
          new RouteFilter.ResponseHeaders(changes(filter.object("responseHeaderModifier")));
      case "RequestRedirect" -> redirect(filter.object("requestRedirect"));
      case "URLRewrite" -> rewrite(filter.object("urlRewrite"));
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

  private static PathChange pathChange(Fields path) {
    return path.text("type").equals("ReplaceFullPath")
        ? new ReplaceFullPath(path.text("replaceFullPath"))
        : new ReplacePrefixMatch(path.text("replacePrefixMatch"));
  }

  private static HeaderChanges changes(Fields changes) {
    return new HeaderChanges(
        changes.list("set", RouteParser::header),
        changes.list("add", RouteParser::header),
        changes.list("remove", name -> name.node().asText()));
  }

  private static Header header(Fields header) {
    return new Header(header.text("name"), header.text("value"));
  }
}
