package dev.weft.control;

/**
 * An address to listen at or to connect to.
 *
 * @param port 0 to 65535; 0 picks a free one
 */
public record HostPort(String host, int port) {

  /** Reads {@code HOST:PORT} or {@code [IPV6]:PORT}; throws IllegalArgumentException otherwise. */
  public static HostPort parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      host = "";
    }
    int port = -1;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      port = -1;
    }
    if (host.isEmpty() || port < 0 || port > 65535) {
      throw new IllegalArgumentException(
          "'" + text + "' is not of the form HOST:PORT, for example 127.0.0.1:7070");
    }
    return new HostPort(host, port);
  }

  /** The same host at another port. */
  public HostPort withPort(int other) {
    return new HostPort(host, other);
  }

  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
