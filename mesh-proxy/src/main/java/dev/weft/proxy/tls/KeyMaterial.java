package dev.weft.proxy.tls;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * An own certificate and its key.
 *
 * @param chain the leaf first, then intermediates; never empty
 */
public record KeyMaterial(PrivateKey key, List<X509Certificate> chain) {
  public KeyMaterial {
    chain = List.copyOf(chain);
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("the certificate chain is empty; it needs a leaf");
    }
  }

  /** The certificate that speaks for this process. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  @Override
  public String toString() {
    return "KeyMaterial[" + leaf().getSubjectX500Principal() + ", key not shown]";
  }
}
