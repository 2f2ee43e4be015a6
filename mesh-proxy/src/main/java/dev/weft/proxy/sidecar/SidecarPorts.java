package dev.weft.proxy.sidecar;

import dev.weft.proxy.disk.DataFolder;
import dev.weft.proxy.disk.PortReservation;
import dev.weft.proxy.disk.PortsFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ports the control plane is told of before their listeners can be bound: chosen, held until
 * then, and kept over restarts.
 *
 * @param upstreams by {@code NAME.NAMESPACE/PORTNAME}
 */
public record SidecarPorts(
    int inbound, int outbound, Map<String, Integer> upstreams, List<PortReservation> held) {
  private static final Logger log = LoggerFactory.getLogger(SidecarPorts.class);

  public SidecarPorts {
    upstreams = Map.copyOf(upstreams);
    held = List.copyOf(held);
  }

  /**
   * Chooses.
   *
   * @throws IOException naming the port, if one that was asked for is in use
   */
  public static SidecarPorts choose(SidecarOptions options, DataFolder folder) throws IOException {
    Map<String, Integer> kept = new PortsFile(folder.file("ports.json")).read();
    SplittableRandom random = new SplittableRandom();
    List<PortReservation> held = new ArrayList<>();
    PortReservation inbound =
        PortReservation.reserve(
            options.inbound().host(),
            options.inbound().port(),
            kept.getOrDefault("inbound", 0),
            random);
    held.add(inbound);
    String outboundHost = options.outbound().host();
    PortReservation outbound =
        PortReservation.reserve(
            outboundHost, options.outbound().port(), kept.getOrDefault("outbound", 0), random);
    held.add(outbound);
    Map<String, Integer> upstreams = new LinkedHashMap<>();
    for (Map.Entry<String, Integer> upstream : new TreeMap<>(options.upstreams()).entrySet()) {
      PortReservation local =
          PortReservation.reserve(
              outboundHost,
              upstream.getValue(),
              kept.getOrDefault("upstream " + upstream.getKey(), 0),
              random);
      held.add(local);
      upstreams.put(upstream.getKey(), local.port());
    }
    return new SidecarPorts(inbound.port(), outbound.port(), upstreams, held);
  }

  /** Gives the ports free for their listeners; may be called again. */
  public void release() {
    for (PortReservation reservation : held) {
      try {
        reservation.close();
      } catch (IOException e) {
        log.warn("port {} could not be given free: {}", reservation.port(), e.toString());
      }
    }
  }

  /** All of them by role, as they stand in {@code ports.json}. */
  public Map<String, Integer> byRole() {
    Map<String, Integer> roles = new LinkedHashMap<>();
    roles.put("inbound", inbound);
    roles.put("outbound", outbound);
    new TreeMap<>(upstreams).forEach((name, port) -> roles.put("upstream " + name, port));
    return roles;
  }
}
