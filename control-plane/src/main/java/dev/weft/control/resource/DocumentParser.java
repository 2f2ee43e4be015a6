package dev.weft.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource.Backoff;
import dev.weft.control.resource.TrafficPolicyResource.Budget;
import dev.weft.control.resource.TrafficPolicyResource.CircuitBreaker;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.OutlierDetection;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.RetryCondition;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import java.util.Set;
import java.util.stream.Collectors;

/** Turns a document its schema has accepted into a typed resource. */
final class DocumentParser {
  private DocumentParser() {}

  static Resource parse(Kind kind, JsonNode document) {
    Metadata metadata = metadata(new Fields(document.path("metadata")));
    var spec = new Fields(document.path("spec"));
    return switch (kind) {
      case SERVICE -> service(metadata, spec);
      case WORKLOAD -> workload(metadata, spec);
      case HTTP_ROUTE -> RouteParser.http(metadata, spec);
      case GRPC_ROUTE -> RouteParser.grpc(metadata, spec);
      case TRAFFIC_POLICY -> trafficPolicy(metadata, spec);
      case ACCESS_POLICY -> accessPolicy(metadata, spec);
    };
  }

  private static Metadata metadata(Fields fields) {
    return new Metadata(
        fields.text("namespace", ResourceReader.DEFAULT_NAMESPACE),
        fields.text("name"),
        fields.texts("labels"),
        fields.texts("annotations"));
  }

  private static ServiceResource service(Metadata metadata, Fields spec) {
    return new ServiceResource(
        metadata,
        spec.list(
            "ports",
            port ->
                new Port(
                    port.text("name"),
                    port.number("port", 0),
                    port.token("protocol", Protocol.TCP))),
        spec.texts("selector"));
  }

  private static WorkloadResource workload(Metadata metadata, Fields spec) {
    return new WorkloadResource(
        metadata,
        spec.text("service"),
        spec.text("address"),
        spec.numbers("ports"),
        spec.texts("labels"),
        spec.number("weight", 1),
        spec.flag("sidecar", false));
  }

  private static TrafficPolicyResource trafficPolicy(Metadata metadata, Fields spec) {
    return new TrafficPolicyResource(
        metadata,
        target(spec.object("targetRef")),
        spec.optional("loadBalancing", lb -> lb.token("policy", LoadBalancing.ROUND_ROBIN)),
        spec.optional(
            "timeouts",
            t ->
                new Timeouts(
                    t.optionalDuration("connect"),
                    t.optionalDuration("request"),
                    t.optionalDuration("idle"))),
        spec.optional("retries", DocumentParser::retries),
        spec.optional(
            "circuitBreaker",
            c ->
                new CircuitBreaker(
                    c.optionalNumber("maxConnections"),
                    c.optionalNumber("maxPendingRequests"),
                    c.optionalNumber("maxRequests"),
                    c.optionalNumber("maxRetries"))),
        spec.optional(
            "outlierDetection",
            o ->
                new OutlierDetection(
                    o.optionalNumber("consecutiveErrors"),
                    o.optionalDuration("interval"),
                    o.optionalDuration("baseEjectionTime"),
                    o.optionalNumber("maxEjectionPercent"))));
  }

  private static Retries retries(Fields fields) {
    Set<RetryCondition> on =
        fields
            .list("on", value -> Fields.token(value.node().asText(), RetryCondition.class))
            .stream()
            .collect(Collectors.toUnmodifiableSet());
    return new Retries(
        fields.number("attempts", 2),
        fields.optionalDuration("perTryTimeout"),
        on,
        fields.optional("backoff", b -> new Backoff(b.duration("base"), b.duration("max"))),
        fields.optional(
            "budget", b -> new Budget(b.decimal("percent"), b.number("minConcurrency", 3))));
  }

  private static AccessPolicyResource accessPolicy(Metadata metadata, Fields spec) {
    return new AccessPolicyResource(
        metadata,
        spec.optional("targetRef", DocumentParser::target),
        spec.object("mtls").token("mode", MtlsMode.STRICT));
  }

  private static TargetRef target(Fields fields) {
    return new TargetRef(fields.text("name"), fields.optionalText("port"));
  }
}
