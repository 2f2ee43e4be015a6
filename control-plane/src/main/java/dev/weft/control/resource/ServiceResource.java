package dev.weft.control.resource;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service and its ports.
 *
 * @param ports at least one; names and numbers are unique
 * @param selector labels a workload must have to belong to it; empty: the workloads enrolled as
 *     this service
 */
public record ServiceResource(Metadata metadata, List<Port> ports, Map<String, String> selector)
    implements Resource {
  public ServiceResource {
    ports = List.copyOf(ports);
    selector = Map.copyOf(selector);
  }

  /** The port with this name. */
  public Optional<Port> port(String name) {
    return ports.stream().filter(port -> port.name().equals(name)).findFirst();
  }

  /** The port with this number. */
  public Optional<Port> port(int number) {
    return ports.stream().filter(port -> port.port() == number).findFirst();
  }

  /** A port callers name; the number is 1..65535. */
  public record Port(String name, int port, Protocol protocol) {}

  /** What is spoken on a port. */
  public enum Protocol implements Token {
    HTTP("http"),
    HTTP2("http2"),
    GRPC("grpc"),
    TCP("tcp");

    private final String token;

    Protocol(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }

    /** Whether HTTP routes and policies apply: everything but plain TCP. */
    public boolean isHttp() {
      return this != TCP;
    }
  }
}
