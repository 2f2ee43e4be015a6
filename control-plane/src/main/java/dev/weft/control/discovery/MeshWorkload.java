package dev.weft.control.discovery;

import java.util.Map;

/**
 * One instance of a service: where it is reached and what it is.
 *
 * @param id unique in the mesh
 * @param service the service it was enrolled or registered as, without its namespace
 * @param address an IP literal
 * @param ports name of a service port to the port it is reached at, 1..65535; where a sidecar
 *     answers, that is the sidecar's inbound port
 * @param weight relative share of traffic, at least 1
 * @param sidecar whether a sidecar answers there (mutual TLS); otherwise the application does, in
 *     plaintext
 */
public record MeshWorkload(
    String id,
    String namespace,
    String service,
    String address,
    Map<String, Integer> ports,
    Map<String, String> labels,
    int weight,
    boolean sidecar) {
  public MeshWorkload {
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
  }
}
