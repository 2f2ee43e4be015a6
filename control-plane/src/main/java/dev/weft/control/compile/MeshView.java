package dev.weft.control.compile;

import dev.weft.control.compile.PortView.Member;
import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.resource.AccessPolicyResource;
import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.Place;
import dev.weft.control.resource.ServiceResource;
import dev.weft.control.resource.TrafficPolicyResource;
import dev.weft.control.resource.WorkloadResource;
import dev.weft.control.store.ConfigSnapshot;
import io.netty.util.NetUtil;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The configuration and the workloads, joined: each service with its members, policies and routes.
 *
 * @param services sorted
 */
record MeshView(
    String trustDomain, SortedMap<ServiceName, ServiceView> services, AttachedRoutes routes) {

  Optional<ServiceView> service(String namespace, String name) {
    return Optional.ofNullable(services.get(new ServiceName(namespace, name)));
  }

  /** All ports of all services, in order. */
  Stream<PortView> ports() {
    return services.values().stream().flatMap(service -> service.ports().stream());
  }

  /** The services an instance belongs to; its own first, the others in order. */
  List<ServiceView> servicesOf(SidecarNode node) {
    ServiceName own = new ServiceName(node.namespace(), node.service());
    return services.values().stream()
        .filter(service -> service.has(node.namespace(), node.service(), node.labels()))
        .sorted(Comparator.comparing(service -> !service.name().equals(own)))
        .toList();
  }

  static MeshView of(MeshInput input, Problems problems) {
    ConfigSnapshot config = input.config();
    Map<String, List<MeshWorkload>> byNamespace = new HashMap<>();
    Stream.concat(registered(config, problems), input.instances().stream())
        .forEach(w -> byNamespace.computeIfAbsent(w.namespace(), n -> new ArrayList<>()).add(w));
    Map<ServiceName, List<TrafficPolicyResource>> traffic = new HashMap<>();
    config
        .all(TrafficPolicyResource.class)
        .forEach(
            p -> {
              var target = new ServiceName(p.metadata().namespace(), p.target().service());
              traffic.computeIfAbsent(target, s -> new ArrayList<>()).add(p);
            });
    Map<String, List<AccessPolicyResource>> access = new HashMap<>();
    config
        .all(AccessPolicyResource.class)
        .forEach(
            p -> access.computeIfAbsent(p.metadata().namespace(), n -> new ArrayList<>()).add(p));
    SortedMap<ServiceName, ServiceView> services = new TreeMap<>();
    config
        .all(ServiceResource.class)
        .forEach(
            service -> {
              ServiceName name = ServiceView.nameOf(service);
              List<MeshWorkload> members =
                  byNamespace.getOrDefault(name.namespace(), List.of()).stream()
                      .filter(
                          w ->
                              ServiceView.selects(
                                  name, service.selector(), w.namespace(), w.service(), w.labels()))
                      .toList();
              services.put(
                  name,
                  view(
                      input.trustDomain(),
                      name,
                      service,
                      members,
                      traffic.getOrDefault(name, List.of()),
                      access.getOrDefault(name.namespace(), List.of())));
            });
    services
        .values()
        .forEach(
            service ->
                service
                    .ports()
                    .forEach(
                        port -> {
                          placement(port, problems);
                          places(port, problems);
                        }));
    return new MeshView(
        input.trustDomain(),
        Collections.unmodifiableSortedMap(services),
        AttachedRoutes.of(config, problems));
  }

  /** The two kinds are two clusters, and a hash decides within one. */
  private static void placement(PortView port, Problems problems) {
    if (!port.settings().balancing().hash().isEmpty()
        && !port.withSidecar().isEmpty()
        && !port.plaintext().isEmpty()) {
      problems.add(
          "the port "
              + port.cluster()
              + " is placed by a hash and has instances with and without a sidecar: chance decides"
              + " between the two kinds; give all of them a sidecar, or none");
    }
  }

  /** Names are looked up by proxies for themselves, in clusters that all of them share. */
  private static void places(PortView port, Problems problems) {
    if (port.settings().balancing().locality() != null && ClusterTranslator.needsDns(port)) {
      problems.add(
          "the port "
              + port.cluster()
              + " is balanced by locality and has instances that are host names: these are used"
              + " wherever they are; give their addresses");
    }
  }

  private static Stream<MeshWorkload> registered(ConfigSnapshot config, Problems problems) {
    return config
        .all(WorkloadResource.class)
        .filter(
            workload -> {
              boolean usable = !workload.sidecar() || isAddress(workload.address());
              if (!usable) {
                problems.add(
                    workload.id()
                        + " at /spec/address: a sidecar is reached by IP address, not by the name "
                        + workload.address()
                        + "; give its address, or sidecar: false");
              }
              return usable;
            })
        .map(
            workload ->
                new MeshWorkload(
                    "workload/"
                        + workload.metadata().namespace()
                        + "/"
                        + workload.metadata().name(),
                    workload.metadata().namespace(),
                    workload.service(),
                    workload.address(),
                    workload.ports(),
                    workload.labels(),
                    workload.weight(),
                    workload.sidecar()));
  }

  static boolean isAddress(String host) {
    return NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
  }

  private static ServiceView view(
      String trustDomain,
      ServiceName name,
      ServiceResource service,
      List<MeshWorkload> members,
      List<TrafficPolicyResource> traffic,
      List<AccessPolicyResource> access) {
    List<PortView> ports = new ArrayList<>();
    AccessPolicyResource policy = access(access, name);
    MtlsMode mtls = policy == null ? MtlsMode.STRICT : policy.mtls();
    AccessTranslator.Guard guard = AccessTranslator.guard(policy, trustDomain);
    for (ServiceResource.Port port : service.ports()) {
      ports.add(
          new PortView(
              name,
              port.name(),
              port.port(),
              port.protocol(),
              mtls,
              guard,
              TrafficSettings.of(port.protocol(), mostSpecificFirst(traffic, port.name())),
              members(members, port.name(), true),
              members(members, port.name(), false),
              identities(trustDomain, name, members, port.name())));
    }
    return new ServiceView(name, service.selector(), ports);
  }

  private static List<Member> members(List<MeshWorkload> workloads, String port, boolean sidecar) {
    // By address and port: a duplicate would make a strict client refuse the whole set.
    Map<String, Member> unique = new TreeMap<>();
    for (MeshWorkload workload : workloads) {
      Integer number = workload.ports().get(port);
      if (workload.sidecar() == sidecar && number != null) {
        Member member =
            new Member(workload.address(), number, workload.weight(), Place.of(workload.labels()));
        unique.merge(
            member.address() + " " + number, member, (a, b) -> a.weight() >= b.weight() ? a : b);
      }
    }
    return unique.values().stream().sorted().toList();
  }

  private static List<String> identities(
      String trustDomain, ServiceName name, List<MeshWorkload> members, String port) {
    TreeSet<String> identities = new TreeSet<>();
    for (MeshWorkload member : members) {
      if (member.sidecar() && member.ports().containsKey(port)) {
        identities.add(MeshNames.identity(trustDomain, member.namespace(), member.service()));
      }
    }
    if (identities.isEmpty()) {
      identities.add(MeshNames.identity(trustDomain, name.namespace(), name.name()));
    }
    return List.copyOf(identities);
  }

  private static List<TrafficPolicyResource> mostSpecificFirst(
      List<TrafficPolicyResource> policies, String port) {
    return policies.stream()
        .filter(p -> p.target().port() == null || port.equals(p.target().port()))
        .sorted(Comparator.comparing(p -> p.target().port() == null))
        .toList();
  }

  /** The policy that counts, the whole of it: the service's own, or its namespace's. */
  private static @Nullable AccessPolicyResource access(
      List<AccessPolicyResource> policies, ServiceName name) {
    AccessPolicyResource best = null;
    for (AccessPolicyResource policy : policies) {
      var target = policy.target();
      boolean own = target != null && target.service().equals(name.name());
      if (own || target == null && best == null) {
        best = policy;
      }
    }
    return best;
  }
}
