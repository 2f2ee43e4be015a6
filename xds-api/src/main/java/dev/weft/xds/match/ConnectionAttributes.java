package dev.weft.xds.match;

import dev.weft.xds.model.ChainMatch.SourceType;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an accepted connection when its filter chain is chosen.
 *
 * @param destination the address the client connected to; the original one where traffic is
 *     redirected
 * @param serverName the SNI of the ClientHello, any case; null without one
 * @param transportProtocol {@link #TLS} or {@link #RAW_BUFFER}
 * @param applicationProtocols what the client offers by ALPN, in its order; without TLS the one
 *     that its first bytes show, if they were looked at
 * @param directSource the peer of the socket
 * @param source the client; other than {@code directSource} where a PROXY header says so
 */
public record ConnectionAttributes(
    InetSocketAddress destination,
    @Nullable String serverName,
    String transportProtocol,
    List<String> applicationProtocols,
    InetSocketAddress directSource,
    InetSocketAddress source) {
  /** The transport protocol of a connection that starts with a ClientHello. */
  public static final String TLS = "tls";

  /** The transport protocol of any other connection. */
  public static final String RAW_BUFFER = "raw_buffer";

  private static final byte[] LOOPBACK = {127, 0, 0, 1};

  public ConnectionAttributes {
    applicationProtocols = List.copyOf(applicationProtocols);
  }

  /** Whether the client is on this machine; of 127.0.0.0/8 only 127.0.0.1 is, as with Envoy. */
  public SourceType sourceType() {
    InetAddress client = source.getAddress();
    if (client == null) {
      return SourceType.EXTERNAL;
    }
    boolean loopback =
        client instanceof Inet4Address
            ? Arrays.equals(client.getAddress(), LOOPBACK)
            : client.isLoopbackAddress();
    return loopback || client.equals(destination.getAddress())
        ? SourceType.SAME_IP_OR_LOOPBACK
        : SourceType.EXTERNAL;
  }
}
