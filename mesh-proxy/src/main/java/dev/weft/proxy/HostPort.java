package dev.weft.proxy;

import dev.weft.xds.model.SocketAddress;

/** Reads addresses of the command line. */
final class HostPort {
  private HostPort() {}

  /**
   * Reads {@code HOST:PORT}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static SocketAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    if (colon <= 0) {
      throw new IllegalArgumentException("\"" + text + "\" is not HOST:PORT");
    }
    String host = text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not HOST:PORT; put an IPv6 address in brackets");
    }
    return new SocketAddress(host, port(text.substring(colon + 1), 0));
  }

  /**
   * Reads a port.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  static int port(String text, int least) {
    try {
      int port = Integer.parseInt(text);
      if (port >= least && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new IllegalArgumentException(
        "\"" + text + "\" is no port; give a number from " + least + " to 65535");
  }
}
