package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.tls.PeerIdentity;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What a caller is told apart by. */
final class CallerName {
  private CallerName() {}

  /**
   * What it proved, else what it says, else where it comes from. Names of different kinds are never
   * the same.
   *
   * @param peer null without a certificate
   * @param header in which callers say who they are; empty for none
   */
  static String of(
      @Nullable PeerIdentity peer,
      AsciiString header,
      Http2Headers request,
      InetSocketAddress client) {
    if (peer != null && !peer.uris().isEmpty()) {
      return "uri " + peer.uris().getFirst();
    }
    CharSequence said = header.isEmpty() ? null : request.get(header);
    if (said != null && !said.isEmpty()) {
      return "header " + said;
    }
    return "address "
        + (client.getAddress() == null
            ? client.getHostString()
            : client.getAddress().getHostAddress());
  }
}
