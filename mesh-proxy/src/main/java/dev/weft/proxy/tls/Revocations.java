package dev.weft.proxy.tls;

import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.security.auth.x500.X500Principal;

/**
 * Lists of revoked certificates (RFC 5280, section 5). Each certificate that is looked for needs a
 * list of its issuer's that holds at the time. Immutable.
 */
final class Revocations {
  private static final int CRL_SIGN = 6;

  private final Map<X500Principal, List<X509CRL>> byIssuer;
  private final boolean leafOnly;

  /**
   * @param leafOnly whether only the first certificate of a path is looked for
   */
  Revocations(List<X509CRL> lists, boolean leafOnly) {
    Map<X500Principal, List<X509CRL>> sorted = new HashMap<>();
    for (X509CRL list : lists) {
      sorted.computeIfAbsent(list.getIssuerX500Principal(), any -> new ArrayList<>()).add(list);
    }
    this.byIssuer = Map.copyOf(sorted);
    this.leafOnly = leafOnly;
  }

  /**
   * Passes a path of which nothing was revoked.
   *
   * @param path the peer's certificate first, the trusted one last
   * @throws CertificateException saying which was, or of which nobody knows
   */
  void check(List<X509Certificate> path, Date now) throws CertificateException {
    int number = leafOnly ? 1 : path.size();
    for (int i = 0; i < number; i++) {
      X509Certificate certificate = path.get(i);
      X509Certificate issuer = path.get(Math.min(i + 1, path.size() - 1));
      if (list(certificate, issuer, now).isRevoked(certificate)) {
        throw new CertificateException(certificate.getSubjectX500Principal() + " was revoked");
      }
    }
  }

  private X509CRL list(X509Certificate certificate, X509Certificate issuer, Date now)
      throws CertificateException {
    X500Principal name = certificate.getIssuerX500Principal();
    if (issuer.getSubjectX500Principal().equals(name) && maySign(issuer)) {
      for (X509CRL list : byIssuer.getOrDefault(name, List.of())) {
        if (holds(list, issuer, now)) {
          return list;
        }
      }
    }
    throw new CertificateException(
        "no list of revoked certificates of " + name + " holds at this time");
  }

  private static boolean maySign(X509Certificate issuer) {
    boolean[] usage = issuer.getKeyUsage();
    return usage == null || usage.length > CRL_SIGN && usage[CRL_SIGN];
  }

  private static boolean holds(X509CRL list, X509Certificate issuer, Date now) {
    if (list.getThisUpdate().after(now)
        || list.getNextUpdate() != null && list.getNextUpdate().before(now)
        || list.hasUnsupportedCriticalExtension()) {
      return false;
    }
    try {
      list.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false; // of another with that name
    }
  }
}
