package dev.weft.control.store;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar that is, or was until a moment ago, connected to some control-plane node.
 *
 * @param proxyId {@code node.id}, unique in the mesh
 * @param address what other sidecars reach it at
 * @param ports service port name to application port
 * @param ownerNode the control-plane node it is, or was last, connected to
 * @param disconnectedAt null while connected
 * @param updatedAt when this row was last written
 */
public record Instance(
    String proxyId,
    String namespace,
    String service,
    String address,
    int inboundPort,
    Map<String, Integer> ports,
    Map<String, String> labels,
    String ownerNode,
    boolean connected,
    @Nullable Instant disconnectedAt,
    Instant updatedAt) {
  public Instance {
    ports = Map.copyOf(ports);
    labels = Map.copyOf(labels);
  }
}
