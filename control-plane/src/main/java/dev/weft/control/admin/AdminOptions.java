package dev.weft.control.admin;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/**
 * Where REST listens.
 *
 * @param host address or name to bind
 * @param port 0 picks a free one
 * @param dataFolder where {@code admin.token} is, or is made
 */
public record AdminOptions(String host, int port, Path dataFolder) {
  /**
   * Whether nobody but this host can reach the listener, so that no token is asked for. A name that
   * does not resolve counts as reachable by others.
   */
  boolean isLoopbackOnly() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException _) {
      return false;
    }
  }
}
