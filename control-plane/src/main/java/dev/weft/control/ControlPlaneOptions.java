package dev.weft.control;

import dev.weft.control.cluster.ClusterSettings;
import dev.weft.control.identity.AuthoritySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one node of the control plane is told at its start.
 *
 * @param data its folder; several nodes of one host may share it
 * @param databaseUrl {@code jdbc:postgresql:…}; null: SQLite in {@code data}
 * @param http where REST and the page are served
 * @param xds where sidecars connect
 * @param cluster where other nodes connect; null: loopback, the first free port from 5701
 * @param join cluster addresses of other nodes
 * @param nodeName unique among the nodes; also the name of its folder in {@code data}
 */
public record ControlPlaneOptions(
    Path data,
    @Nullable String databaseUrl,
    HostPort http,
    HostPort xds,
    @Nullable HostPort cluster,
    List<HostPort> join,
    String nodeName,
    AuthoritySettings authority) {
  private static final Pattern NODE_NAME = Pattern.compile("[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,62})");

  /** Throws IllegalArgumentException naming the option that cannot be used. */
  public ControlPlaneOptions {
    join = List.copyOf(join);
    if (!NODE_NAME.matcher(nodeName).matches()) {
      throw new IllegalArgumentException(
          "--node-name '"
              + nodeName
              + "': use 1 to 63 letters, digits, '-', '_' and '.', starting with a letter or digit");
    }
  }

  ClusterSettings clusterSettings(String secret) {
    HostPort address =
        cluster == null ? new HostPort("127.0.0.1", ClusterSettings.DEFAULT_PORT) : cluster;
    return new ClusterSettings(
        nodeName,
        address.host(),
        address.port(),
        cluster != null,
        join.stream().map(HostPort::toString).toList(),
        secret);
  }
}
