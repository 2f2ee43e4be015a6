package dev.weft.control.compile;

import dev.weft.control.compile.PortView.Member;
import dev.weft.control.resource.LocalityPolicy;
import dev.weft.control.resource.Place;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Instances to endpoint sets, sorted by address, so that equal sets are equal bytes. */
final class EndpointTranslator {
  private static final int OVERPROVISIONING = 140;
  private static final Locality ANYWHERE = new Locality("", "", "");

  private EndpointTranslator() {}

  /** Whether proxies at different places are sent different sets. */
  static boolean dependsOnPlace(PortView port) {
    return port.settings().balancing().locality() != null;
  }

  /**
   * The endpoint sets a port's EDS clusters ask for.
   *
   * @param viewer where the proxy is that asks
   */
  static List<EndpointSet> outbound(PortView port, Place viewer) {
    List<EndpointSet> sets = new ArrayList<>(2);
    sets.add(set(port.cluster(), port, port.withSidecar(), viewer));
    if (!port.plaintext().isEmpty() && !ClusterTranslator.needsDns(port)) {
      sets.add(set(port.plaintextCluster(), port, port.plaintext(), viewer));
    }
    return sets;
  }

  /** Instances without sidecar, wherever they are: addresses or names. */
  static EndpointSet plaintext(PortView port) {
    return set(port.plaintextCluster(), anywhere(port.plaintext()));
  }

  static EndpointSet single(String cluster, SocketAddress address) {
    return set(
        cluster, anywhere(List.of(new Member(address.host(), address.port(), 1, Place.NOWHERE))));
  }

  private static EndpointSet set(
      String cluster, PortView port, List<Member> members, Place viewer) {
    LocalityPolicy policy = port.settings().balancing().locality();
    return set(
        cluster, policy == null ? anywhere(members) : Nearness.localities(policy, members, viewer));
  }

  private static EndpointSet set(String cluster, List<LocalityEndpoints> localities) {
    return new EndpointSet(cluster, localities, OVERPROVISIONING);
  }

  private static List<LocalityEndpoints> anywhere(List<Member> members) {
    return members.isEmpty()
        ? List.of()
        : List.of(new LocalityEndpoints(ANYWHERE, 0, 1, endpoints(members)));
  }

  static List<Endpoint> endpoints(List<Member> members) {
    return members.stream()
        .map(
            member ->
                new Endpoint(
                    new SocketAddress(member.address(), member.port()),
                    "",
                    HealthStatus.UNKNOWN,
                    member.weight(),
                    Map.of()))
        .toList();
  }
}
