package dev.weft.proxy.identity;

import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.SpiffeId;
import dev.weft.proxy.tls.TrustMaterial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/**
 * Who this workload is, and whom it trusts.
 *
 * @param roots what certificates of the mesh chain to
 */
public record WorkloadIdentity(SpiffeId id, KeyMaterial key, List<X509Certificate> roots) {
  public WorkloadIdentity {
    roots = List.copyOf(roots);
  }

  /**
   * The identity that a certificate gives.
   *
   * @throws IllegalArgumentException if the certificate is not for that key, is no X.509-SVID, or
   *     comes without roots
   */
  public static WorkloadIdentity of(KeyMaterial key, List<X509Certificate> roots) {
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("the trust bundle is empty");
    }
    List<String> uris = PeerIdentities.of(key.leaf()).uris();
    if (uris.size() != 1) {
      throw new IllegalArgumentException(
          "the certificate has the URI SANs " + uris + "; an X.509-SVID has exactly one");
    }
    return new WorkloadIdentity(SpiffeId.parse(uris.getFirst()), key, roots);
  }

  /** From when on it is valid. */
  public Instant notBefore() {
    return key.leaf().getNotBefore().toInstant();
  }

  /** Until when it is valid. */
  public Instant notAfter() {
    return key.leaf().getNotAfter().toInstant();
  }

  /** Whether it is valid at this moment. */
  public boolean validAt(Instant now) {
    return !now.isBefore(notBefore()) && now.isBefore(notAfter());
  }

  /** What a peer of the mesh must show. */
  public TrustMaterial trust() {
    return new TrustMaterial(roots, List.of(), id.trustDomain());
  }
}
