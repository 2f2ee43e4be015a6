package dev.weft.control.compile;

import dev.weft.control.compile.PortView.Member;
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

  private EndpointTranslator() {}

  /** The endpoint sets a port's EDS clusters ask for. */
  static List<EndpointSet> outbound(PortView port) {
    List<EndpointSet> sets = new ArrayList<>(2);
    sets.add(set(port.cluster(), port.withSidecar()));
    if (!port.plaintext().isEmpty() && !ClusterTranslator.needsDns(port)) {
      sets.add(plaintext(port));
    }
    return sets;
  }

  static EndpointSet plaintext(PortView port) {
    return set(port.plaintextCluster(), port.plaintext());
  }

  static EndpointSet single(String cluster, SocketAddress address) {
    return set(cluster, List.of(new Member(address.host(), address.port(), 1)));
  }

  private static EndpointSet set(String cluster, List<Member> members) {
    List<Endpoint> endpoints =
        members.stream()
            .map(
                member ->
                    new Endpoint(
                        new SocketAddress(member.address(), member.port()),
                        "",
                        HealthStatus.UNKNOWN,
                        member.weight(),
                        Map.of()))
            .toList();
    return new EndpointSet(
        cluster,
        endpoints.isEmpty()
            ? List.of()
            : List.of(new LocalityEndpoints(new Locality("", "", ""), 0, 1, endpoints)),
        OVERPROVISIONING);
  }
}
