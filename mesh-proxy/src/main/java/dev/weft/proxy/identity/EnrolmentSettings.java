package dev.weft.proxy.identity;

import dev.weft.xds.model.SocketAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * What a workload needs to be enrolled.
 *
 * @param servers of the control plane, tried in turn; never empty
 * @param tokenFile read anew for each enrolment, so that it may be replaced
 */
public record EnrolmentSettings(
    List<SocketAddress> servers, Path tokenFile, String namespace, String service) {
  public EnrolmentSettings {
    servers = List.copyOf(servers);
    if (servers.isEmpty()) {
      throw new IllegalArgumentException("no control-plane address is given");
    }
  }
}
