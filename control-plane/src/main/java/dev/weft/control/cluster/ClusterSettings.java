package dev.weft.control.cluster;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Where this node meets the others.
 *
 * @param nodeName unique among the nodes
 * @param host a loopback or private address to listen at
 * @param port 0 picks a free one
 * @param portIsFixed false: the next free port is taken when {@code port} is in use
 * @param members {@code host:port} of other nodes; this one's own may be among them
 * @param secret nodes with another one are not let in; never shown
 */
public record ClusterSettings(
    String nodeName,
    String host,
    int port,
    boolean portIsFixed,
    List<String> members,
    String secret) {
  /** Where a node listens unless the operator says otherwise. */
  public static final int DEFAULT_PORT = 5701;

  /** Throws IllegalArgumentException if {@code host} could be reached from outside. */
  public ClusterSettings {
    members = List.copyOf(members);
    requireInternal(host);
  }

  private static void requireInternal(String host) {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "the cluster address " + host + " does not resolve: give a literal address", e);
    }
    byte[] bytes = address.getAddress();
    boolean uniqueLocal = bytes.length == 16 && (bytes[0] & 0xfe) == 0xfc;
    if (!address.isLoopbackAddress() && !address.isSiteLocalAddress() && !uniqueLocal) {
      throw new IllegalArgumentException(
          "the cluster address "
              + host
              + " is neither loopback nor private: nodes trust each other there, so choose one that outsiders"
              + " cannot reach");
    }
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "ClusterSettings["
        + nodeName
        + " at "
        + host
        + ":"
        + port
        + ", members "
        + members
        + "]";
  }
}
