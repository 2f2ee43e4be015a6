package dev.weft.control.identity;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * The control plane's own key with its chain, leaf first and the root last, so that a token's hash
 * can be checked.
 */
record ServerKey(PrivateKey key, List<X509Certificate> chain) {
  ServerKey {
    chain = List.copyOf(chain);
  }

  Instant notAfter() {
    return chain.getFirst().getNotAfter().toInstant();
  }

  PemKeyCertOptions pem() {
    StringBuilder keyText = new StringBuilder();
    TrustBundle.appendPem(keyText, "PRIVATE KEY", key.getEncoded());
    return new PemKeyCertOptions()
        .setKeyValue(Buffer.buffer(keyText.toString()))
        .setCertValue(Buffer.buffer(TrustBundle.pem(chain)));
  }
}
