package dev.weft.proxy.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** The machine's address, which stands for clients on the machine itself, as with Envoy. */
final class OwnAddress {
  /** The first IPv4 address that is not loopback's; null if there is none. */
  private static final @Nullable InetAddress FIRST = first();

  private OwnAddress() {}

  /** The address itself, or for loopback's the machine's, if it has another. */
  static InetAddress unlessLoopback(InetAddress address) {
    return address.isLoopbackAddress() && FIRST != null ? FIRST : address;
  }

  private static @Nullable InetAddress first() {
    try {
      for (NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        for (InetAddress address : Collections.list(each.getInetAddresses())) {
          if (address instanceof Inet4Address && !address.isLoopbackAddress()) {
            return address;
          }
        }
      }
      return null;
    } catch (SocketException e) {
      return null;
    }
  }
}
