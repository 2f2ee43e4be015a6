package dev.weft.proxy.stream;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The address by which others know this machine, as far as it has one. */
public final class OwnAddress {
  private OwnAddress() {}

  /** The first IPv4 address that is not of the loopback interface; null if there is none. */
  public static @Nullable String find() {
    try {
      List<NetworkInterface> interfaces = Collections.list(NetworkInterface.getNetworkInterfaces());
      for (NetworkInterface one : interfaces) {
        if (!one.isUp() || one.isLoopback()) {
          continue;
        }
        for (InetAddress address : Collections.list(one.getInetAddresses())) {
          if (address instanceof Inet4Address) {
            return address.getHostAddress();
          }
        }
      }
      return null;
    } catch (SocketException e) {
      return null; // as on a machine without any
    }
  }
}
