package dev.weft.control.compile;

import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.Place;
import dev.weft.control.resource.ServiceResource.Protocol;
import java.util.List;

/**
 * A service port with everything that is compiled from it.
 *
 * @param guard what its instances' sidecars let through
 * @param withSidecar instances that speak the mesh's mutual TLS
 * @param plaintext instances without a sidecar, by IP literal or host name
 * @param identities the SPIFFE IDs its instances may have, sorted; never empty
 */
record PortView(
    ServiceName service,
    String name,
    int number,
    Protocol protocol,
    MtlsMode mtls,
    AccessTranslator.Guard guard,
    TrafficSettings settings,
    List<Member> withSidecar,
    List<Member> plaintext,
    List<String> identities) {
  PortView {
    withSidecar = List.copyOf(withSidecar);
    plaintext = List.copyOf(plaintext);
    identities = List.copyOf(identities);
  }

  /** Where one instance is reached, and where that is; sorted by address and port. */
  record Member(String address, int port, int weight, Place place) implements Comparable<Member> {
    @Override
    public int compareTo(Member other) {
      int byAddress = address.compareTo(other.address);
      return byAddress != 0 ? byAddress : Integer.compare(port, other.port);
    }
  }

  String cluster() {
    return MeshNames.cluster(service, name);
  }

  String plaintextCluster() {
    return MeshNames.plaintextCluster(service, name);
  }

  /** Sum of the weights of some members. */
  static long weight(List<Member> members) {
    return members.stream().mapToLong(Member::weight).sum();
  }
}
