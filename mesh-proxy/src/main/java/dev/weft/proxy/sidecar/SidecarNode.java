package dev.weft.proxy.sidecar;

import dev.weft.xds.protocol.ClientNode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Tells the control plane who a sidecar is, by the mesh's conventions. */
final class SidecarNode {
  private SidecarNode() {}

  static ClientNode of(
      SidecarOptions options, String instance, SidecarPorts ports, String version) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("namespace", options.namespace());
    metadata.put("service", options.service());
    metadata.put("address", options.address());
    metadata.put("inbound_address", options.inbound().host());
    metadata.put("inbound_port", ports.inbound());
    metadata.put("outbound_address", options.outbound().host());
    metadata.put("outbound_port", ports.outbound());
    metadata.put("ports", options.ports());
    metadata.put("labels", options.labels());
    metadata.put("upstreams", ports.upstreams());
    metadata.put("transparent", false);
    return ClientNode.of(
        "sidecar~" + options.namespace() + "~" + options.service() + "~" + instance,
        options.service() + "." + options.namespace(),
        version,
        metadata);
  }
}
