package dev.weft.proxy.tls;

import dev.weft.xds.model.PeerChecks;
import dev.weft.xds.model.SanMatch;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a peer's certificate must satisfy.
 *
 * @param roots a chain must end at one of these; empty where the checks name the certificates that
 *     are accepted
 * @param subjectAltNames names accepted besides those of the TLS settings; empty adds none
 * @param trustDomain when set, a peer must be an X.509-SVID of this SPIFFE trust domain; null asks
 *     for a chain only
 * @param checks what is asked besides
 */
public record TrustMaterial(
    List<X509Certificate> roots,
    List<SanMatch> subjectAltNames,
    @Nullable String trustDomain,
    PeerChecks checks) {
  /** Without other checks. */
  public TrustMaterial(
      List<X509Certificate> roots, List<SanMatch> subjectAltNames, @Nullable String trustDomain) {
    this(roots, subjectAltNames, trustDomain, PeerChecks.NONE);
  }

  public TrustMaterial {
    roots = List.copyOf(roots);
    subjectAltNames = List.copyOf(subjectAltNames);
    if (roots.isEmpty() && (!checks.pinned() || trustDomain != null)) {
      throw new IllegalArgumentException("the trust bundle is empty; it needs a root certificate");
    }
  }
}
