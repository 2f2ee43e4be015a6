package dev.weft.control.resource;

import dev.weft.control.resource.BreakerPolicy.Fallback;
import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource.HashKey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Checks a whole configuration: what its resources say about each other. Pure. */
public final class ConfigValidator {
  /** Resources a mesh may have. */
  public static final int MAX_RESOURCES = 50_000;

  private final Map<String, ServiceResource> services = new HashMap<>();
  private final Set<String> guarded = new HashSet<>();
  private final Map<Object, ResourceId> claimed = new HashMap<>();
  private final List<Violation> violations = new ArrayList<>();
  private final PolicyTargets policies;
  private final RouteExtensions extensions;

  private ConfigValidator(Collection<Resource> resources) {
    this.policies = new PolicyTargets(resources);
    this.extensions =
        new RouteExtensions(
            resources.stream()
                .filter(HttpRouteFilterResource.class::isInstance)
                .map(HttpRouteFilterResource.class::cast));
  }

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
    var validator = new ConfigValidator(resources);
    for (Resource resource : resources) {
      if (resource instanceof ServiceResource service) {
        validator.services.put(key(service.metadata().namespace(), service), service);
      }
      if (resource instanceof AccessPolicyResource policy) {
        TargetRef target = policy.target();
        if (target != null) {
          validator.guarded.add(key(policy.metadata().namespace(), target.service()));
        }
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
      case HttpRouteFilterResource _ -> {}
      case GrpcRouteResource route -> grpcRoute(route, findings);
      case TrafficPolicyResource policy -> {
        ServiceResource service = target(policy, policy.target(), findings);
        if (service != null) {
          PolicyTargets.check(policy, service, findings);
        }
        BreakerPolicy breaker = policy.errorRateBreaker();
        if (breaker != null && breaker.fallback() instanceof Fallback.OtherService(var other)) {
          backend(
              other,
              Protocol::isHttp,
              "http, http2 or grpc",
              "/spec/errorRateBreaker/fallback/service",
              findings);
        }
        claim(policy, policy.target(), findings);
      }
      case AccessPolicyResource policy -> {
        ServiceResource service = target(policy, policy.target(), findings);
        if (service != null) {
          AccessChecks.governs(policy, service, findings);
        } else if (policy.target() == null) {
          withoutAccessPolicy(policy.metadata().namespace())
              .forEach(other -> AccessChecks.governs(policy, other, findings));
        }
        claim(policy, policy.target(), findings);
      }
    }
    violations.addAll(findings.violations());
  }

  /** The services of a namespace without an access policy of their own, by their names. */
  private Stream<ServiceResource> withoutAccessPolicy(String namespace) {
    return services.values().stream()
        .filter(service -> service.metadata().namespace().equals(namespace))
        .filter(service -> !guarded.contains(key(namespace, service.metadata().name())))
        .sorted(Comparator.comparing(service -> service.metadata().name()));
  }

  private void workload(WorkloadResource workload, Findings findings) {
    ServiceResource service =
        service(workload.metadata().namespace(), workload.service(), "/spec/service", findings);
    if (service == null) {
      return;
    }
    for (String port : workload.ports().keySet()) {
      String at = "/spec/ports/" + port.replace("~", "~0").replace("/", "~1");
      PortChecks.port(service, port, at, findings);
    }
  }

  private void httpRoute(HttpRouteResource route, Findings findings) {
    parents(route, route.parents(), Protocol::isHttp, "http, http2 or grpc", findings);
    ExtensionChecks.route(route, extensions, findings);
    for (int r = 0; r < route.rules().size(); r++) {
      mirrors(
          route.rules().get(r).filters(),
          Protocol::isHttp,
          "http, http2 or grpc",
          "/spec/rules/" + r + "/filters/",
          findings);
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
      mirrors(
          route.rules().get(r).filters(),
          speaksGrpc,
          "grpc or http2",
          "/spec/rules/" + r + "/filters/",
          findings);
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
      List<Port> meant = PortChecks.meant(service, parent, at, findings);
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
    List<HashKey> keys = List.of();
    for (int b = 0; b < backends.size(); b++) {
      BackendRef backend = backends.get(b);
      Port port =
          backend(
              new ServiceRef(backend.namespace(), backend.name(), backend.port()),
              suitable,
              wanted,
              at + b,
              findings);
      if (port != null && backend.weight() > 0) {
        List<HashKey> own = policies.keys(backend.namespace(), backend.name(), port);
        findings.require(
            own.isEmpty() || keys.isEmpty() || own.equals(keys),
            at + b,
            "is placed by other keys than a backend before it, and a request has one hash",
            "use the same loadBalancing.hash.on in the policies of both");
        keys = keys.isEmpty() ? own : keys;
      }
    }
  }

  private void mirrors(
      List<RouteFilter> filters,
      Predicate<Protocol> suitable,
      String wanted,
      String at,
      Findings findings) {
    for (int f = 0; f < filters.size(); f++) {
      if (filters.get(f) instanceof RouteFilter.Mirror mirror) {
        backend(mirror.backend(), suitable, wanted, at + f + "/requestMirror/backendRef", findings);
      }
    }
  }

  private @Nullable Port backend(
      ServiceRef backend,
      Predicate<Protocol> suitable,
      String wanted,
      String at,
      Findings findings) {
    ServiceResource service = service(backend.namespace(), backend.name(), at + "/name", findings);
    Integer number = backend.port();
    if (service == null || number == null) {
      return null;
    }
    Port port = PortChecks.port(service, number, at + "/port", findings);
    findings.require(
        port == null || suitable.test(port.protocol()),
        at + "/port",
        "does not speak " + wanted,
        "name another port, or correct the protocol of the service's port");
    return port;
  }

  private @Nullable ServiceResource target(
      Resource policy, @Nullable TargetRef target, Findings findings) {
    if (target == null) {
      return null;
    }
    ServiceResource service =
        service(policy.metadata().namespace(), target.service(), "/spec/targetRef/name", findings);
    String port = target.port();
    if (service != null && port != null) {
      PortChecks.port(service, port, "/spec/targetRef/port", findings);
    }
    return service;
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
}
