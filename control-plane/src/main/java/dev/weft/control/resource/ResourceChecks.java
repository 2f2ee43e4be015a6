package dev.weft.control.resource;

import dev.weft.control.resource.ServiceResource.Port;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.regex.Pattern;

/** What a schema cannot say about one resource by itself. */
final class ResourceChecks {
  /** Holds the control plane's own identity: nothing of a user may live there. */
  static final String SYSTEM_NAMESPACE = "weft-system";

  private static final Pattern LOOKS_LIKE_IPV4 = Pattern.compile("[0-9.]+");

  private ResourceChecks() {}

  static List<Violation> check(Resource resource) {
    var findings = new Findings(resource.id());
    findings.require(
        !resource.metadata().namespace().equals(SYSTEM_NAMESPACE),
        "/metadata/namespace",
        SYSTEM_NAMESPACE + " is the control plane's own",
        "use another namespace");
    switch (resource) {
      case ServiceResource service -> service(service, findings);
      case WorkloadResource workload -> workload(workload, findings);
      case HttpRouteResource route -> RouteChecks.http(route, findings);
      case GrpcRouteResource route -> RouteChecks.grpc(route, findings);
      case HttpRouteFilterResource filter -> ExtensionChecks.filter(filter, findings);
      case TrafficPolicyResource policy -> TrafficPolicyChecks.check(policy, findings);
      case AccessPolicyResource policy -> AccessChecks.check(policy, findings);
    }
    return findings.violations();
  }

  private static void service(ServiceResource service, Findings findings) {
    findings.unique(
        service.ports().stream().map(Port::name).toList(), "/spec/ports", "/name", "the name");
    findings.unique(
        service.ports().stream().map(Port::port).toList(), "/spec/ports", "/port", "the number");
  }

  private static void workload(WorkloadResource workload, Findings findings) {
    String address = workload.address();
    boolean valid =
        address.contains(":")
            ? NetUtil.isValidIpV6Address(address)
            : !LOOKS_LIKE_IPV4.matcher(address).matches() || NetUtil.isValidIpV4Address(address);
    findings.require(
        valid,
        "/spec/address",
        address + " is no IP address",
        "use an IP address such as 10.0.0.7 or fd00::7, or a host name");
  }
}
