package dev.weft.proxy.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Where a connection led to before netfilter redirected it to this socket ({@code SO_ORIGINAL_DST},
 * {@code IP6T_SO_ORIGINAL_DST}).
 */
public final class OriginalAddress {
  private static final int SOL_IP = 0;
  private static final int SOL_IPV6 = 41;
  private static final int ORIGINAL_DST = 80;

  private static final RawUnixChannelOption FOUR =
      new RawUnixChannelOption("SO_ORIGINAL_DST", SOL_IP, ORIGINAL_DST, 16);
  private static final RawUnixChannelOption SIX =
      new RawUnixChannelOption("IP6T_SO_ORIGINAL_DST", SOL_IPV6, ORIGINAL_DST, 28);

  private OriginalAddress() {}

  /**
   * Asks the system.
   *
   * @return this end of the socket where the system knows the connection and has not redirected it;
   *     null where it knows nothing of it, as where it tracks no connections, or cannot be asked
   */
  public static @Nullable InetSocketAddress of(Channel channel) {
    if (!(channel.localAddress() instanceof InetSocketAddress local)) {
      return null;
    }
    boolean four = local.getAddress() instanceof Inet4Address;
    try {
      ByteBuffer said = channel.config().getOption(four ? FOUR : SIX);
      return said == null ? null : parse(said.duplicate().clear(), four);
    } catch (ChannelException e) {
      return null;
    }
  }

  /** Reads a sockaddr_in or sockaddr_in6. */
  private static @Nullable InetSocketAddress parse(ByteBuffer said, boolean four) {
    int port = said.order(ByteOrder.BIG_ENDIAN).getShort(2) & 0xffff;
    byte[] address = new byte[four ? 4 : 16];
    said.get(four ? 4 : 8, address);
    try {
      return new InetSocketAddress(
          four
              ? InetAddress.getByAddress(address)
              : Inet6Address.getByAddress(null, address, scope(said)),
          port);
    } catch (UnknownHostException e) {
      return null; // not with so many bytes
    }
  }

  private static int scope(ByteBuffer said) {
    int scope = said.order(ByteOrder.nativeOrder()).getInt(24);
    return scope == 0 ? -1 : scope;
  }
}
