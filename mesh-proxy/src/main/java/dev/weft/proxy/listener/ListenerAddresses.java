package dev.weft.proxy.listener;

import dev.weft.xds.model.SocketAddress;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which listener has which address. Read from any thread, changed by one at a time. */
final class ListenerAddresses implements ListenerSocket.Neighbours {
  private static final InetAddress ANY_FOUR = InetAddress.ofLiteral("0.0.0.0");
  private static final InetAddress ANY_SIX = InetAddress.ofLiteral("::");

  private volatile Map<InetSocketAddress, ListenerSocket> listeners = Map.of();

  /** From now on there are these. */
  void change(Collection<ListenerSocket> all) {
    Map<InetSocketAddress, ListenerSocket> changed = new HashMap<>();
    for (ListenerSocket listener : all) {
      InetSocketAddress open = listener.address();
      SocketAddress wanted = listener.config().config().address();
      if (open != null && wanted != null) {
        // The system may show the address that stands for all in the other family.
        changed.put(
            new InetSocketAddress(InetAddress.ofLiteral(wanted.host()), open.getPort()), listener);
      }
    }
    listeners = Map.copyOf(changed);
  }

  @Override
  public @Nullable ListenerSocket at(InetSocketAddress address) {
    Map<InetSocketAddress, ListenerSocket> all = listeners;
    ListenerSocket exact = all.get(address);
    boolean four = address.getAddress() instanceof Inet4Address;
    return exact != null
        ? exact
        : all.get(new InetSocketAddress(four ? ANY_FOUR : ANY_SIX, address.getPort()));
  }
}
