package dev.weft.control.compile;

/** The names of resources and identities, as {@code docs/design/0001-mesh-conventions.md} says. */
public final class MeshNames {
  static final String OUTBOUND = "outbound";
  static final String INBOUND = "inbound";

  /** The certificate-provider instance that a sidecar fills from its enrolment. */
  static final String IDENTITY_PROVIDER = "default";

  private static final String PLAINTEXT = "/plaintext";

  private MeshNames() {}

  /** {@code NAME.NAMESPACE/PORTNAME}: the endpoints of a service port that have a sidecar. */
  static String cluster(ServiceName service, String portName) {
    return service.host() + "/" + portName;
  }

  /** The endpoints of a service port that have no sidecar and are spoken to in plaintext. */
  static String plaintextCluster(ServiceName service, String portName) {
    return cluster(service, portName) + PLAINTEXT;
  }

  /** The application's own port behind its sidecar. */
  static String inboundCluster(String portName) {
    return INBOUND + "/" + portName;
  }

  /** The listener of one declared TCP upstream, {@code NAME.NAMESPACE/PORTNAME}. */
  static String upstreamListener(String upstream) {
    return OUTBOUND + "/" + upstream;
  }

  /** What a client's sidecar asks for in its TLS handshake, and what the inbound chain matches. */
  static String sni(ServiceName service, String portName, String trustDomain) {
    return portName + "." + service.host() + "." + trustDomain;
  }

  /** The SPIFFE ID of whoever is enrolled as this service. */
  static String identity(String trustDomain, String namespace, String service) {
    return "spiffe://" + trustDomain + "/ns/" + namespace + "/sa/" + service;
  }

  /**
   * {@code NAME.NAMESPACE} of an outbound cluster's name, or the name itself if it is none of
   * Weft's.
   */
  public static String serviceOfCluster(String cluster) {
    int slash = cluster.indexOf('/');
    return slash < 0 ? cluster : cluster.substring(0, slash);
  }
}
