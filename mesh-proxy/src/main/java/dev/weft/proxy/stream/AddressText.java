package dev.weft.proxy.stream;

import io.netty.util.NetUtil;
import java.net.InetAddress;

/** Addresses as headers, logs and hashes have them: IPv6 in its short form (RFC 5952). */
public final class AddressText {
  private AddressText() {}

  /** The text of an address, without a zone. */
  public static String of(InetAddress address) {
    return NetUtil.toAddressString(address, true);
  }
}
