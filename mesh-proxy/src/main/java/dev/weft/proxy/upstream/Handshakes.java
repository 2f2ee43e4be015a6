package dev.weft.proxy.upstream;

import dev.weft.proxy.tls.PeerIdentities;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** TLS with endpoints, as targets ask for it. */
final class Handshakes {
  /** The longest server name that can be sent (RFC 6066, section 3). */
  private static final int LONGEST = 255;

  private Handshakes() {}

  /** What speaks against a handshake with a target; null for nothing. */
  static @Nullable String hindrance(UpstreamTarget target) {
    String name = target.serverName();
    return target.tls() == null || name == null || name.length() <= LONGEST
        ? null
        : "the server name has " + name.length() + " characters, more than " + LONGEST;
  }

  /** Speaks TLS over a connection to a target. */
  static SslHandler handler(
      SslContext tls, ByteBufAllocator buffers, UpstreamTarget target, int port) {
    String name = target.serverName();
    if (name == null) {
      return tls.newHandler(buffers);
    }
    SslHandler handler = tls.newHandler(buffers, name, port);
    if (handler.engine() instanceof ReferenceCountedOpenSslEngine boring) {
      // Of itself it sends no name of one label, nor one that ends in a dot.
      SSL.setTlsExtHostName(boring.sslPointer(), name);
    }
    return handler;
  }

  /**
   * What speaks against an endpoint whose handshake is done; null for nothing. A session that goes
   * on shows the certificate that it began with.
   */
  static @Nullable String objection(UpstreamTarget target, SslHandler tls) {
    String host = target.asked() == null ? null : target.asked().verified();
    if (host == null) {
      return null;
    }
    try {
      if (tls.engine().getSession().getPeerCertificates()[0] instanceof X509Certificate leaf
          && PeerIdentities.isFor(leaf, host)) {
        return null;
      }
    } catch (SSLPeerUnverifiedException e) {
      return "the endpoint showed no certificate";
    }
    return "the endpoint's certificate is not for " + host;
  }
}
