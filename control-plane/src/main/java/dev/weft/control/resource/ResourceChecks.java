package dev.weft.control.resource;

import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.TrafficPolicyResource.Backoff;
import dev.weft.control.resource.TrafficPolicyResource.OutlierDetection;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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
      case TrafficPolicyResource policy -> trafficPolicy(policy, findings);
      case AccessPolicyResource policy -> accessPolicy(policy, findings);
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

  private static void trafficPolicy(TrafficPolicyResource policy, Findings findings) {
    Timeouts timeouts = policy.timeouts();
    if (timeouts != null) {
      positive(timeouts.connect(), "/spec/timeouts/connect", findings);
    }
    Retries retries = policy.retries();
    if (retries != null) {
      retries(retries, timeouts == null ? null : timeouts.request(), findings);
    }
    OutlierDetection outliers = policy.outlierDetection();
    if (outliers != null) {
      positive(outliers.interval(), "/spec/outlierDetection/interval", findings);
      positive(outliers.baseEjectionTime(), "/spec/outlierDetection/baseEjectionTime", findings);
    }
  }

  private static void retries(Retries retries, @Nullable Duration request, Findings findings) {
    Backoff backoff = retries.backoff();
    if (backoff != null) {
      positive(backoff.base(), "/spec/retries/backoff/base", findings);
      findings.require(
          backoff.max().compareTo(backoff.base()) >= 0,
          "/spec/retries/backoff/max",
          "is shorter than base",
          "use at least the base");
    }
    Duration perTry = retries.perTryTimeout();
    findings.require(
        perTry == null || request == null || request.isZero() || perTry.compareTo(request) <= 0,
        "/spec/retries/perTryTimeout",
        "is longer than timeouts.request, so it would never be reached",
        "use a shorter one, or a longer timeouts.request");
  }

  private static void accessPolicy(AccessPolicyResource policy, Findings findings) {
    TargetRef target = policy.target();
    findings.require(
        target == null || target.port() == null,
        "/spec/targetRef/port",
        "an access policy applies to a whole service",
        "remove it");
  }

  private static void positive(@Nullable Duration duration, String path, Findings findings) {
    findings.require(duration == null || !duration.isZero(), path, "is zero", "use at least 1ms");
  }
}
