package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Kinds of resource as they are written in REST paths, in documents and by people in a hurry. */
enum Kinds {
  SERVICE("Service", "services", "svc"),
  WORKLOAD("Workload", "workloads", "wl"),
  HTTP_ROUTE("HTTPRoute", "httproutes", "hr"),
  GRPC_ROUTE("GRPCRoute", "grpcroutes", "gr"),
  HTTP_ROUTE_FILTER("HTTPRouteFilter", "httproutefilters", "hrf"),
  TRAFFIC_POLICY("TrafficPolicy", "trafficpolicies", "tp"),
  ACCESS_POLICY("AccessPolicy", "accesspolicies", "ap");

  private final String kind;
  private final String plural;
  private final String shorthand;

  Kinds(String kind, String plural, String shorthand) {
    this.kind = kind;
    this.plural = plural;
    this.shorthand = shorthand;
  }

  /** As in documents: {@code HTTPRoute}. */
  String kind() {
    return kind;
  }

  /** As in paths: {@code httproutes}. */
  String plural() {
    return plural;
  }

  /** Any way of writing a kind; case does not matter. */
  static Kinds parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    for (Kinds each : values()) {
      if (List.of(each.plural, each.shorthand, each.kind.toLowerCase(Locale.ROOT))
          .contains(lower)) {
        return each;
      }
    }
    throw new CliException("there is no kind '" + text + "': use one of " + names());
  }

  static String names() {
    return List.of(values()).stream().map(Kinds::plural).collect(Collectors.joining(", "));
  }

  /** What the third column of a table says about resources of this kind. */
  String heading() {
    return switch (this) {
      case SERVICE -> "PORTS";
      case WORKLOAD -> "SERVICE AT";
      case HTTP_ROUTE, GRPC_ROUTE -> "PARENTS AND BACKENDS";
      case HTTP_ROUTE_FILTER -> "WHAT";
      case TRAFFIC_POLICY, ACCESS_POLICY -> "TARGET";
    };
  }

  /** That column for one {@code spec}. */
  String summary(JsonNode spec) {
    return switch (this) {
      case SERVICE -> ports(spec.path("ports"));
      case WORKLOAD -> spec.path("service").asText() + " " + spec.path("address").asText();
      case HTTP_ROUTE, GRPC_ROUTE -> route(spec);
      case HTTP_ROUTE_FILTER -> filter(spec);
      case TRAFFIC_POLICY, ACCESS_POLICY -> target(spec.path("targetRef"));
    };
  }

  private static String ports(JsonNode ports) {
    List<String> parts = new ArrayList<>();
    for (JsonNode port : ports) {
      parts.add(
          port.path("name").asText()
              + ":"
              + port.path("port").asText()
              + "/"
              + port.path("protocol").asText());
    }
    return String.join(" ", parts);
  }

  private static String route(JsonNode spec) {
    Set<String> parents = new LinkedHashSet<>();
    Set<String> backends = new LinkedHashSet<>();
    spec.path("parentRefs").forEach(parent -> parents.add(parent.path("name").asText()));
    for (JsonNode rule : spec.path("rules")) {
      for (JsonNode backend : rule.path("backendRefs")) {
        String weight = backend.path("weight").asText("");
        backends.add(backend.path("name").asText() + (weight.isEmpty() ? "" : "=" + weight));
      }
    }
    return String.join(",", parents) + " -> " + String.join(",", backends);
  }

  private static String filter(JsonNode spec) {
    JsonNode replace = spec.path("urlRewrite").path("path").path("replaceRegexMatch");
    return spec.has("directResponse")
        ? "answers " + spec.path("directResponse").path("statusCode").asText("200")
        : replace.path("pattern").asText() + " -> " + replace.path("substitution").asText();
  }

  private static String target(JsonNode target) {
    if (target.isMissingNode()) {
      return "the namespace";
    }
    String port = target.path("port").asText("");
    return target.path("name").asText() + (port.isEmpty() ? "" : "/" + port);
  }
}
