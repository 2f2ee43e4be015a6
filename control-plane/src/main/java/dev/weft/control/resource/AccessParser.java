package dev.weft.control.resource;

import dev.weft.control.resource.AccessPolicyResource.Caller;
import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.AccessPolicyResource.Request;
import dev.weft.control.resource.AccessPolicyResource.Rule;
import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.control.resource.HttpRouteResource.PathType;

/** Turns the spec of an access policy into a typed resource. */
final class AccessParser {
  private AccessParser() {}

  static AccessPolicyResource parse(Metadata metadata, Fields spec) {
    String namespace = metadata.namespace();
    return new AccessPolicyResource(
        metadata,
        spec.optional("targetRef", DocumentParser::target),
        spec.object("mtls").token("mode", MtlsMode.STRICT),
        spec.has("allow") ? spec.list("allow", rule -> rule(rule, namespace)) : null,
        spec.list("deny", rule -> rule(rule, namespace)));
  }

  private static Rule rule(Fields rule, String namespace) {
    return new Rule(
        rule.list(
            "from",
            caller ->
                new Caller(caller.text("namespace", namespace), caller.optionalText("service"))),
        rule.list("to", AccessParser::request));
  }

  private static Request request(Fields request) {
    return new Request(
        request.optional(
            "path", p -> new Path(p.token("type", PathType.PATH_PREFIX), p.text("value", "/"))),
        request.list("methods", method -> method.node().asText()),
        request.list("headers", RouteParser::valueMatch));
  }
}
