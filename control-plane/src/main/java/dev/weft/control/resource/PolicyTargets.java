package dev.weft.control.resource;

import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.TrafficPolicyResource.HashKey;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What traffic policies mean for the ports they are for. */
final class PolicyTargets {
  /**
   * Says of a port.
   *
   * @param port its name; null for a whole service
   */
  private record Target(String namespace, String service, @Nullable String port) {}

  private final Map<Target, LoadBalancing> balancing = new HashMap<>();

  PolicyTargets(Collection<Resource> resources) {
    for (Resource resource : resources) {
      if (resource instanceof TrafficPolicyResource policy && policy.loadBalancing() != null) {
        TargetRef target = policy.target();
        balancing.put(
            new Target(policy.metadata().namespace(), target.service(), target.port()),
            policy.loadBalancing());
      }
    }
  }

  /** What requests to a port are placed by; empty where a hash does not count. */
  List<HashKey> keys(String namespace, String service, Port port) {
    LoadBalancing own = balancing.get(new Target(namespace, service, port.name()));
    LoadBalancing counts = own == null ? balancing.get(new Target(namespace, service, null)) : own;
    return counts == null || counts.hash() == null ? List.of() : counts.hash().on();
  }

  /** A policy for ports without HTTP says nothing of HTTP. */
  static void check(TrafficPolicyResource policy, ServiceResource service, Findings findings) {
    String name = policy.target().port();
    List<Port> meant =
        name == null
            ? service.ports()
            : service.ports().stream().filter(port -> port.name().equals(name)).toList();
    probe(policy.healthCheck(), meant, findings);
    if (meant.isEmpty() || meant.stream().anyMatch(port -> port.protocol().isHttp())) {
      return;
    }
    LoadBalancing balancing = policy.loadBalancing();
    http(balancing == null ? null : balancing.hash(), "/spec/loadBalancing/hash", findings);
    http(policy.errorRateBreaker(), "/spec/errorRateBreaker", findings);
    http(policy.longStreams(), "/spec/longStreams", findings);
    http(policy.faults(), "/spec/faults", findings);
    http(policy.rateLimit(), "/spec/rateLimit", findings);
  }

  private static void probe(
      @Nullable HealthCheckPolicy check, List<Port> meant, Findings findings) {
    findings.require(
        check == null
            || meant.isEmpty()
            || meant.stream().anyMatch(port -> check.probe().suits(port.protocol())),
        "/spec/healthCheck",
        "asks what instances of no port meant here understand",
        "use http for http, http2 and grpc, grpc for grpc and http2, tcp for any port");
  }

  private static void http(@Nullable Object section, String at, Findings findings) {
    findings.require(
        section == null,
        at,
        "is for requests, and no port meant here speaks http, http2 or grpc",
        "remove it, or name another port");
  }
}
