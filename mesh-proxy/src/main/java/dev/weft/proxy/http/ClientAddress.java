package dev.weft.proxy.http;

import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.stream.ForwardedFor;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Who the client is by its connection, and by the proxies before this one. */
final class ClientAddress {
  private static final AsciiString FORWARDED_FOR = AsciiString.cached("x-forwarded-for");

  private ClientAddress() {}

  /**
   * The address as Envoy writes it.
   *
   * @param request after the connection manager was there
   * @return null where the connection has none
   */
  static @Nullable CharSequence of(
      Http2Headers request, ConnectionInfo connection, HttpConnectionManager manager) {
    // Who speaks to the proxy has been appended where addresses are taken from connections.
    int last = manager.useRemoteAddress() ? 1 : 0;
    int skip = manager.xffNumTrustedHops() + last;
    if (manager.useRemoteAddress() && manager.xffNumTrustedHops() == 0) {
      return text(connection.remote().getAddress());
    }
    CharSequence all = FieldValues.listed(request, FORWARDED_FOR);
    InetAddress told = all == null ? null : entry(all.toString(), skip);
    return text(told == null ? connection.remote().getAddress() : told);
  }

  private static @Nullable InetAddress entry(String addresses, int fromTheEnd) {
    int end = addresses.length();
    for (int skipped = 0; skipped < fromTheEnd; skipped++) {
      end = addresses.lastIndexOf(',', end - 1);
      if (end < 0) {
        return null;
      }
    }
    int start = addresses.lastIndexOf(',', end - 1) + 1;
    return ForwardedFor.address(addresses.substring(start, end));
  }

  private static @Nullable CharSequence text(@Nullable InetAddress address) {
    return address == null ? null : AddressText.of(address);
  }
}
