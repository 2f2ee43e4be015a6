package dev.weft.proxy.bootstrap;

import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Static listeners need no names. Envoy makes a UUID up for each; here it is the address, which
 * says something in logs and stays the same from start to start.
 */
final class UnnamedListeners {
  private UnnamedListeners() {}

  /** The same listeners, each with a name; those that have one keep it. */
  static List<Listener> named(List<Listener> listeners) {
    Set<String> taken = new HashSet<>();
    listeners.forEach(each -> taken.add(each.getName()));
    List<Listener> named = new ArrayList<>(listeners.size());
    for (Listener each : listeners) {
      named.add(
          each.getName().isEmpty()
              ? each.toBuilder().setName(free(name(each.getAddress()), taken)).build()
              : each);
    }
    return named;
  }

  private static String free(String name, Set<String> taken) {
    String free = name;
    for (int i = 2; !taken.add(free); i++) {
      free = name + "#" + i;
    }
    return free;
  }

  private static String name(Address address) {
    if (!address.hasSocketAddress()) {
      return "listener";
    }
    SocketAddress socket = address.getSocketAddress();
    String host = socket.getAddress();
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + socket.getPortValue();
  }
}
