package dev.weft.control.compile;

import dev.weft.control.resource.Place;
import java.util.Map;

/**
 * What a sidecar says of itself in its node's metadata.
 *
 * @param id {@code sidecar~NAMESPACE~SERVICE~INSTANCE}
 * @param address the IP literal others reach it at
 * @param inboundAddress the IP literal its inbound listener binds; {@code 0.0.0.0} or {@code ::}
 *     where it does not care
 * @param inboundPort 1..65535
 * @param outboundPort 1..65535
 * @param outboundAddress the IP literal its outbound listeners bind
 * @param ports name of a service port to the application's port on 127.0.0.1
 * @param upstreams {@code NAME.NAMESPACE/PORTNAME} to the local port that is relayed there
 * @param transparent whether traffic is redirected to it
 */
public record SidecarNode(
    String id,
    String namespace,
    String service,
    String address,
    String inboundAddress,
    int inboundPort,
    int outboundPort,
    String outboundAddress,
    Map<String, Integer> ports,
    Map<String, String> labels,
    Map<String, Integer> upstreams,
    boolean transparent) {
  public SidecarNode {
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
    upstreams = Map.copyOf(upstreams);
  }

  /** Where it runs, as its labels say. */
  Place place() {
    return Place.of(labels);
  }
}
