package dev.weft.proxy.tls;

import dev.weft.xds.model.PeerChecks;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether a certificate's chain ends at a trusted one (RFC 5280, section 6), and what may
 * be asked of chains besides. Asks nobody over the network. Immutable.
 */
final class Chains {
  /** Of more certificates the times are not tried. */
  private static final int MOST_TIMES = 8;

  private final Set<TrustAnchor> anchors;
  private final X509TrustManager now;
  private final PeerChecks checks;
  private final @Nullable Revocations revocations;

  Chains(List<X509Certificate> roots, PeerChecks checks) {
    this.anchors =
        roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet());
    this.checks = checks;
    this.revocations =
        checks.crlPem().isEmpty()
            ? null
            : new Revocations(Pem.revocations(checks.crlPem()), checks.leafOnly());
    this.now = manager(null);
  }

  /** Whose word on chains is for one time; null for whenever it is asked. */
  private X509TrustManager manager(@Nullable Date time) {
    try {
      PKIXBuilderParameters parameters = parameters(new X509CertSelector(), time);
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(new CertPathTrustManagerParameters(parameters));
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("this JDK has no PKIX trust manager");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot set up the verification of chains", e);
    }
  }

  private PKIXBuilderParameters parameters(X509CertSelector target, @Nullable Date time)
      throws GeneralSecurityException {
    PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
    parameters.setRevocationEnabled(false);
    parameters.setDate(time);
    return parameters;
  }

  /**
   * Passes a chain that is in order.
   *
   * @param client whether a client showed it
   * @throws CertificateException saying what is wrong
   */
  void verify(X509Certificate[] chain, String authType, boolean client)
      throws CertificateException {
    Date time = null;
    if (checks.expired()) {
      time = verifyAtAnyTime(chain, authType, client);
    } else {
      verify(now, chain, authType, client);
      // the check skips the dates of a leaf that is itself a trusted root
      chain[0].checkValidity();
    }
    if (checks.maxDepth() != PeerChecks.ANY_DEPTH || revocations != null) {
      verifyPath(path(chain, time));
    }
  }

  private void verifyPath(List<X509Certificate> path) throws CertificateException {
    int depth = path.size() - 1;
    if (checks.maxDepth() != PeerChecks.ANY_DEPTH && depth > checks.maxDepth()) {
      throw new CertificateException(
          "the chain has a depth of " + depth + ", more than " + checks.maxDepth());
    }
    if (revocations != null) {
      revocations.check(path, new Date());
    }
  }

  private static void verify(
      X509TrustManager manager, X509Certificate[] chain, String authType, boolean client)
      throws CertificateException {
    if (client) {
      manager.checkClientTrusted(chain, authType);
    } else {
      manager.checkServerTrusted(chain, authType);
    }
  }

  /** The time at which the chain is in order; null for now. */
  private @Nullable Date verifyAtAnyTime(X509Certificate[] chain, String authType, boolean client)
      throws CertificateException {
    try {
      verify(now, chain, authType, client);
      return null;
    } catch (CertificateException e) {
      // If there is a time at which all of them are valid, the last of them begins at one.
      for (X509Certificate one : Arrays.asList(chain).subList(0, times(chain))) {
        try {
          verify(manager(one.getNotBefore()), chain, authType, client);
          return one.getNotBefore();
        } catch (CertificateException other) {
          // what is wrong now is told
        }
      }
      throw e;
    }
  }

  private static int times(X509Certificate[] chain) {
    return Math.min(MOST_TIMES, chain.length);
  }

  /** From the peer's certificate to a trusted one. */
  private List<X509Certificate> path(X509Certificate[] chain, @Nullable Date time)
      throws CertificateException {
    X509CertSelector leaf = new X509CertSelector();
    leaf.setCertificate(chain[0]);
    try {
      PKIXBuilderParameters parameters = parameters(leaf, time);
      parameters.setMaxPathLength(-1);
      parameters.addCertStore(
          CertStore.getInstance(
              "Collection", new CollectionCertStoreParameters(Arrays.asList(chain))));
      PKIXCertPathBuilderResult built =
          (PKIXCertPathBuilderResult) CertPathBuilder.getInstance("PKIX").build(parameters);
      List<X509Certificate> path = new ArrayList<>();
      built.getCertPath().getCertificates().forEach(one -> path.add((X509Certificate) one));
      path.add(built.getTrustAnchor().getTrustedCert());
      return path;
    } catch (CertPathBuilderException e) {
      throw new CertificateException("no chain leads to a trusted root", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot build chains", e);
    }
  }
}
