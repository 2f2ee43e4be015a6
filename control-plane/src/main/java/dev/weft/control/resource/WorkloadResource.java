package dev.weft.control.resource;

import java.util.Map;

/**
 * An instance registered by hand.
 *
 * @param service the service of the same namespace it runs as
 * @param address IP address or host name
 * @param ports service port name to the port number at {@code address}
 * @param weight share of the traffic relative to other instances, 1..1000
 * @param sidecar whether the ports are those of a sidecar that speaks the mesh's mutual TLS; false:
 *     plaintext, straight to the application
 */
public record WorkloadResource(
    Metadata metadata,
    String service,
    String address,
    Map<String, Integer> ports,
    Map<String, String> labels,
    int weight,
    boolean sidecar)
    implements Resource {
  public WorkloadResource {
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
  }
}
