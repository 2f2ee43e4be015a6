package dev.weft.control.resource;

/** Something a user declared, in the shape the compiler works with; immutable. */
public sealed interface Resource
    permits ServiceResource,
        WorkloadResource,
        HttpRouteResource,
        GrpcRouteResource,
        HttpRouteFilterResource,
        TrafficPolicyResource,
        AccessPolicyResource {

  /** Name, namespace and labels. */
  Metadata metadata();

  /** Its kind. */
  default Kind kind() {
    return switch (this) {
      case ServiceResource _ -> Kind.SERVICE;
      case WorkloadResource _ -> Kind.WORKLOAD;
      case HttpRouteResource _ -> Kind.HTTP_ROUTE;
      case GrpcRouteResource _ -> Kind.GRPC_ROUTE;
      case HttpRouteFilterResource _ -> Kind.HTTP_ROUTE_FILTER;
      case TrafficPolicyResource _ -> Kind.TRAFFIC_POLICY;
      case AccessPolicyResource _ -> Kind.ACCESS_POLICY;
    };
  }

  /** Kind, namespace and name. */
  default ResourceId id() {
    return new ResourceId(kind(), metadata().namespace(), metadata().name());
  }
}
