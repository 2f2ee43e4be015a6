package dev.weft.control.resource;

import java.util.Arrays;
import java.util.Optional;

/** A kind of resource: its group, its version, and its names in documents and in REST paths. */
public enum Kind {
  SERVICE("weft.dev/v1alpha1", "Service", "services"),
  WORKLOAD("weft.dev/v1alpha1", "Workload", "workloads"),
  HTTP_ROUTE("gateway.networking.k8s.io/v1", "HTTPRoute", "httproutes"),
  GRPC_ROUTE("gateway.networking.k8s.io/v1", "GRPCRoute", "grpcroutes"),
  HTTP_ROUTE_FILTER("weft.dev/v1alpha1", "HTTPRouteFilter", "httproutefilters"),
  TRAFFIC_POLICY("weft.dev/v1alpha1", "TrafficPolicy", "trafficpolicies"),
  ACCESS_POLICY("weft.dev/v1alpha1", "AccessPolicy", "accesspolicies");

  private final String apiVersion;
  private final String kindName;
  private final String plural;

  Kind(String apiVersion, String kindName, String plural) {
    this.apiVersion = apiVersion;
    this.kindName = kindName;
    this.plural = plural;
  }

  /** Group and version, as in {@code apiVersion}. */
  public String apiVersion() {
    return apiVersion;
  }

  /** The name in documents, such as {@code HTTPRoute}. */
  public String kindName() {
    return kindName;
  }

  /** The name in REST paths, such as {@code httproutes}. */
  public String plural() {
    return plural;
  }

  /** The kind with this name in documents. */
  public static Optional<Kind> byKindName(String kindName) {
    return Arrays.stream(values()).filter(kind -> kind.kindName.equals(kindName)).findFirst();
  }

  /** The kind with this name in REST paths. */
  public static Optional<Kind> byPlural(String plural) {
    return Arrays.stream(values()).filter(kind -> kind.plural.equals(plural)).findFirst();
  }
}
