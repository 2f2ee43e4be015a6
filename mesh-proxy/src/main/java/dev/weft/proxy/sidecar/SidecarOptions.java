package dev.weft.proxy.sidecar;

import dev.weft.xds.model.SocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Which workload a sidecar serves, and whom it follows.
 *
 * @param controlPlanes xDS addresses, tried in turn
 * @param data folder for what survives a restart
 * @param address the IP address other sidecars reach this one at
 * @param inbound where connections of the mesh are accepted; port 0 for any
 * @param outbound where the application's calls are accepted; port 0 for any
 * @param ports of the application on loopback, by the service's port names
 * @param upstreams local ports for TCP services, by {@code NAMESPACE/NAME:PORTNAME}; 0 for any
 */
public record SidecarOptions(
    List<SocketAddress> controlPlanes,
    String namespace,
    String service,
    Path tokenFile,
    Path data,
    String address,
    SocketAddress inbound,
    SocketAddress outbound,
    Map<String, Integer> ports,
    Map<String, String> labels,
    Map<String, Integer> upstreams) {
  public SidecarOptions {
    controlPlanes = List.copyOf(controlPlanes);
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
    upstreams = Map.copyOf(upstreams);
  }
}
