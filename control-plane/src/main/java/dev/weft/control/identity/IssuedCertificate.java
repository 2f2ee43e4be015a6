package dev.weft.control.identity;

import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * A workload certificate as it was issued.
 *
 * @param chain leaf first, then intermediates, without the root
 * @param spiffeId the leaf's only name
 */
public record IssuedCertificate(List<X509Certificate> chain, String spiffeId) {
  public IssuedCertificate {
    chain = List.copyOf(chain);
  }

  /** The workload's own certificate. */
  public X509Certificate leaf() {
    return chain.getFirst();
  }

  /** Its serial number in lower-case hex. */
  public String serial() {
    return leaf().getSerialNumber().toString(16);
  }

  /** When it starts to be valid, a minute before it was issued. */
  public Instant notBefore() {
    return leaf().getNotBefore().toInstant();
  }

  /** When it ends. */
  public Instant notAfter() {
    return leaf().getNotAfter().toInstant();
  }
}
