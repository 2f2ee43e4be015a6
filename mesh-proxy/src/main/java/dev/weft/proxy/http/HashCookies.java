package dev.weft.proxy.http;

import dev.weft.proxy.cluster.balance.XxHash64;
import dev.weft.proxy.stream.ConnectionInfo;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.HexFormat;

/** Values of the cookies that hash policies give to clients. */
final class HashCookies {
  private HashCookies() {}

  /** The same for all requests of a connection, so that concurrent ones get one value. */
  static String value(ConnectionInfo connection) {
    return HexFormat.of()
        .toHexDigits(XxHash64.hash(text(connection.remote()) + text(connection.local())));
  }

  private static String text(InetSocketAddress address) {
    return NetUtil.toSocketAddressString(address);
  }
}
