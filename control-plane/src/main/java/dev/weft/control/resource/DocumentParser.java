package dev.weft.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.ServiceResource.Protocol;

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
      case HTTP_ROUTE_FILTER -> RouteParser.filter(metadata, spec);
      case TRAFFIC_POLICY -> TrafficPolicyParser.parse(metadata, spec);
      case ACCESS_POLICY -> AccessParser.parse(metadata, spec);
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

  static TargetRef target(Fields fields) {
    return new TargetRef(fields.text("name"), fields.optionalText("port"));
  }
}
