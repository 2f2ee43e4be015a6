package dev.weft.control.resource;

import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.ServiceResource.Protocol;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks a whole configuration: what its resources say about each other. Pure. */
public final class ConfigValidator {
  /** Resources a mesh may have. */
  public static final int MAX_RESOURCES = 50_000;

  private final Map<String, ServiceResource> services = new HashMap<>();
  private final Map<Object, ResourceId> claimed = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();

  private ConfigValidator() {}

  /** Everything that is wrong with these resources taken together; empty when all is well. */
  public static List<Violation> validate(Collection<Resource> resources) {
    if (resources.size() > MAX_RESOURCES) {
      return List.of(
          new Violation(
              "configuration",
              "",
              "would have " + resources.size() + " resources, more than " + MAX_RESOURCES,
              "delete what is no longer used"));
    }
    var validator = new ConfigValidator();
    for (Resource resource : resources) {
      if (resource instanceof ServiceResource service) {
        validator.services.put(key(service.metadata().namespace(), service), service);
      }
    }
    resources.forEach(validator::check);
    return validator.violations;
  }

  private static String key(String namespace, ServiceResource service) {
    return key(namespace, service.metadata().name());
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }

  private void check(Resource resource) {
    var findings = new Findings(resource.id());
    switch (resource) {
      case ServiceResource _ -> {}
      case WorkloadResource workload -> workload(workload, findings);
      case HttpRouteResource route -> httpRoute(route, findings);
      case GrpcRouteResource route -> grpcRoute(route, findings);
      case TrafficPolicyResource policy -> {
        target(policy, policy.target(), findings);
        claim(policy, policy.target(), findings);
      }
      case AccessPolicyResource policy -> {
        target(policy, policy.target(), findings);
        claim(policy, policy.target(), findings);
      }
    }
    violations.addAll(findings.violations());
  }

  private void workload(WorkloadResource workload, Findings findings) {
    ServiceResource service =
        service(workload.metadata().namespace(), workload.service(), "/spec/service", findings);
    if (service == null) {
      return;
    }
    for (String port : workload.ports().keySet()) {
      findings.require(
          service.port(port).isPresent(),
          "/spec/ports/" + port.replace("~", "~0").replace("/", "~1"),
          "the service " + workload.service() + " has no port " + port,
          "use one of: " + names(service));
    }
  }

  private void httpRoute(HttpRouteResource route, Findings findings) {
    parents(route, route.parents(), Protocol::isHttp, "http, http2 or grpc", findings);
    for (int r = 0; r < route.rules().size(); r++) {
      backends(
          route.rules().get(r).backends(),
          Protocol::isHttp,
          "http, http2 or grpc",
          "/spec/rules/" + r + "/backendRefs/",
          findings);
    }
  }

  private void grpcRoute(GrpcRouteResource route, Findings findings) {
    Predicate<Protocol> speaksGrpc = p -> p == Protocol.GRPC || p == Protocol.HTTP2;
    parents(route, route.parents(), speaksGrpc, "grpc or http2", findings);
    for (int r = 0; r < route.rules().size(); r++) {
      backends(
          route.rules().get(r).backends(),
          speaksGrpc,
          "grpc or http2",
          "/spec/rules/" + r + "/backendRefs/",
          findings);
    }
  }

  private void parents(
      Resource route,
      List<ServiceRef> parents,
      Predicate<Protocol> suitable,
      String wanted,
      Findings findings) {
    for (int i = 0; i < parents.size(); i++) {
      ServiceRef parent = parents.get(i);
      String at = "/spec/parentRefs/" + i;
      ServiceResource service = service(parent.namespace(), parent.name(), at + "/name", findings);
      if (service == null) {
        continue;
      }
      List<Port> meant = service.ports();
      if (parent.port() != null) {
        Port port = port(service, parent.port(), at + "/port", findings);
        meant = port == null ? List.of() : List.of(port);
      }
      List<Port> served = meant.stream().filter(port -> suitable.test(port.protocol())).toList();
      findings.require(
          meant.isEmpty() || !served.isEmpty(),
          at,
          "no port meant here speaks " + wanted,
          "name another port, or correct the protocol of the service's port");
      for (Port port : served) {
        claimPort(route, parent, port, at, findings);
      }
    }
  }

  /**
   * HTTPRoutes of a port are merged, and GRPCRoutes of a port; both kinds on one port cannot be.
   */
  private void claimPort(
      Resource route, ServiceRef parent, Port port, String at, Findings findings) {
    record PortClaim(String namespace, String name, int port) {}
    var claim = new PortClaim(parent.namespace(), parent.name(), port.port());
    ResourceId holder = claimed.putIfAbsent(claim, route.id());
    findings.require(
        holder == null || holder.kind() == route.kind(),
        at,
        "port " + port.port() + " of " + parent.name() + " is already routed by " + holder,
        "use one kind of route for a port");
  }

  private void backends(
      List<BackendRef> backends,
      Predicate<Protocol> suitable,
      String wanted,
      String at,
      Findings findings) {
    for (int b = 0; b < backends.size(); b++) {
      BackendRef backend = backends.get(b);
      ServiceResource service =
          service(backend.namespace(), backend.name(), at + b + "/name", findings);
      if (service == null) {
        continue;
      }
      Port port = port(service, backend.port(), at + b + "/port", findings);
      findings.require(
          port == null || suitable.test(port.protocol()),
          at + b + "/port",
          "does not speak " + wanted,
          "name another port, or correct the protocol of the service's port");
    }
  }

  private void target(Resource policy, @Nullable TargetRef target, Findings findings) {
    if (target == null) {
      return;
    }
    ServiceResource service =
        service(policy.metadata().namespace(), target.service(), "/spec/targetRef/name", findings);
    String port = target.port();
    if (service != null && port != null) {
      findings.require(
          service.port(port).isPresent(),
          "/spec/targetRef/port",
          "the service " + target.service() + " has no port " + port,
          "use one of: " + names(service));
    }
  }

  private void claim(Resource policy, @Nullable TargetRef target, Findings findings) {
    record PolicyClaim(Kind kind, String namespace, @Nullable TargetRef target) {}
    ResourceId holder =
        claimed.putIfAbsent(
            new PolicyClaim(policy.kind(), policy.metadata().namespace(), target), policy.id());
    findings.require(
        holder == null,
        "/spec/targetRef",
        "is also the target of " + holder,
        "merge the two, or delete one");
  }

  private @Nullable ServiceResource service(
      String namespace, String name, String at, Findings findings) {
    ServiceResource service = services.get(key(namespace, name));
    findings.require(
        service != null,
        at,
        "there is no Service " + key(namespace, name),
        "create it in the same change, or correct the name");
    return service;
  }

  private static @Nullable Port port(
      ServiceResource service, int number, String at, Findings findings) {
    Port port = service.port(number).orElse(null);
    findings.require(
        port != null,
        at,
        "the service " + service.metadata().name() + " has no port " + number,
        "use one of: "
            + service.ports().stream()
                .map(p -> String.valueOf(p.port()))
                .collect(Collectors.joining(", ")));
    return port;
  }

  private static String names(ServiceResource service) {
    return service.ports().stream().map(Port::name).collect(Collectors.joining(", "));
  }
}
