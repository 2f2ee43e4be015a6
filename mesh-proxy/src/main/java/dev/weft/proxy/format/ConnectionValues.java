package dev.weft.proxy.format;

import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import java.net.InetSocketAddress;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Addresses of both sides. */
final class ConnectionValues {
  private ConnectionValues() {}

  /** What of an address is shown. */
  enum Form {
    WHOLE,
    HOST,
    PORT
  }

  static Function<Exchange, @Nullable InetSocketAddress> local(
      Function<Exchange, @Nullable ConnectionInfo> side) {
    return exchange -> {
      ConnectionInfo connection = side.apply(exchange);
      return connection == null ? null : connection.local();
    };
  }

  static Value address(Function<Exchange, @Nullable InetSocketAddress> source, Form form) {
    return exchange -> {
      InetSocketAddress address = source.apply(exchange);
      if (address == null) {
        return null;
      }
      return switch (form) {
        case WHOLE -> whole(address);
        case HOST -> host(address);
        case PORT -> address.getPort();
      };
    };
  }

  /** The endpoint by name, by address if it has none. */
  static Value endpointName(boolean withoutPort) {
    return exchange -> {
      String name = exchange.endpointName();
      InetSocketAddress address = exchange.endpoint();
      if (name == null || name.isEmpty()) {
        return address == null ? null : withoutPort ? host(address) : whole(address);
      }
      int port = withoutPort ? name.lastIndexOf(':') : -1;
      return port > 0 && name.indexOf(':') == port ? name.substring(0, port) : name;
    };
  }

  private static String host(InetSocketAddress address) {
    return address.getAddress() == null
        ? address.getHostString()
        : AddressText.of(address.getAddress());
  }

  private static String whole(InetSocketAddress address) {
    String host = host(address);
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }
}
