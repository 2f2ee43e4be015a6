package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;

/**
 * Sees to it that clients go on with no session where they may not: whatever its context says, the
 * library makes tickets for TLS 1.3, with keys of its own.
 */
public final class WholeHandshakes {
  private WholeHandshakes() {}

  /**
   * Prepares a connection's engine, before its handshake.
   *
   * @param engine of a context for these settings
   */
  public static void require(SSLEngine engine, DownstreamTls settings) {
    if (!tickets(settings) && engine instanceof ReferenceCountedOpenSslEngine boring) {
      SSL.setOptions(boring.sslPointer(), SSL.SSL_OP_NO_TICKET);
    }
  }

  /**
   * Whether clients are given tickets. A session that goes on would skip the check of a client's
   * chain, dates and names.
   */
  private static boolean tickets(DownstreamTls settings) {
    return settings.resumption().tickets()
        && !settings.requireClientCertificate()
        && !settings.common().verifies();
  }
}
