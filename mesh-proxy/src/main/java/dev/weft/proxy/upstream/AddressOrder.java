package dev.weft.proxy.upstream;

import dev.weft.xds.model.Cluster.HappyEyeballs;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;

/** In which order the addresses of an endpoint are tried (RFC 8305, section 4). */
public final class AddressOrder {
  private AddressOrder() {}

  /**
   * So many addresses of the first family, one of the other, and so on; within a family as they are
   * given. What is left of one family comes last.
   */
  public static List<InetSocketAddress> of(
      List<InetSocketAddress> addresses, HappyEyeballs config) {
    boolean fourFirst =
        switch (config.first()) {
          case DEFAULT -> isFour(addresses.getFirst());
          case V4 -> true;
          case V6 -> false;
        };
    Queue<InetSocketAddress> first = new ArrayDeque<>();
    Queue<InetSocketAddress> other = new ArrayDeque<>();
    for (InetSocketAddress address : addresses) {
      (isFour(address) == fourFirst ? first : other).add(address);
    }
    List<InetSocketAddress> order = new ArrayList<>(addresses.size());
    while (!first.isEmpty() || !other.isEmpty()) {
      for (int i = 0; i < config.count() && !first.isEmpty(); i++) {
        order.add(first.remove());
      }
      if (!other.isEmpty()) {
        order.add(other.remove());
      }
    }
    return List.copyOf(order);
  }

  private static boolean isFour(InetSocketAddress address) {
    return address.getAddress() instanceof Inet4Address;
  }
}
