package dev.weft.xds.model;

/**
 * A TCP address; the host is an IP literal, or a name where the cluster resolves names. Port
 * 0..65535.
 */
public record SocketAddress(String host, int port) {
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
