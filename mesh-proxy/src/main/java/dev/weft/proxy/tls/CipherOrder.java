package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.internal.tcnative.SSL;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/** Whose order of cipher suites counts: contexts are made for the server's. */
public final class CipherOrder {
  private CipherOrder() {}

  /** Prepares a connection's engine, before its handshake. */
  public static void prepare(SSLEngine engine, DownstreamTls settings) {
    if (!settings.clientCiphers()) {
      return;
    }
    if (engine instanceof ReferenceCountedOpenSslEngine boring) {
      SSL.clearOptions(boring.sslPointer(), SSL.SSL_OP_CIPHER_SERVER_PREFERENCE);
    } else {
      SSLParameters parameters = engine.getSSLParameters();
      parameters.setUseCipherSuitesOrder(false);
      engine.setSSLParameters(parameters);
    }
  }
}
