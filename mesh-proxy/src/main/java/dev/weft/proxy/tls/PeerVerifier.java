package dev.weft.proxy.tls;

import dev.weft.xds.match.StringMatcher;
import dev.weft.xds.model.SanMatch;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a peer's certificate is accepted: its chain and its dates (RFC 5280), its names,
 * and, within a mesh, the rules for X.509-SVIDs. Without trust material the chain is not looked at.
 */
public final class PeerVerifier extends X509ExtendedTrustManager {
  private static final X509Certificate[] NO_ISSUERS = {};
  private static final int KEY_CERT_SIGN = 5;

  private final @Nullable X509TrustManager chains;
  private final @Nullable String trustDomain;
  private final List<SanMatch> accepted;
  private final List<Name> names;
  private final boolean asked;

  /**
   * @param names one of these, or of the trust material's, must match a SAN; none asks for none
   */
  public PeerVerifier(@Nullable TrustMaterial trust, List<SanMatch> names) {
    this(trust, names, false);
  }

  /**
   * The same where a server may have to be for the name that it was asked for.
   *
   * @param asked whether the name that was sent to a server has to be a SAN of it, instead of those
   */
  PeerVerifier(@Nullable TrustMaterial trust, List<SanMatch> names, boolean asked) {
    this.asked = asked;
    this.chains = trust == null ? null : pkix(trust.roots());
    this.trustDomain = trust == null ? null : trust.trustDomain();
    this.accepted =
        trust == null
            ? names
            : Stream.concat(names.stream(), trust.subjectAltNames().stream()).toList();
    this.names =
        accepted.stream()
            .map(name -> new Name(name.type(), StringMatcher.compile(name.value())))
            .toList();
  }

  private record Name(SanMatch.SanType type, StringMatcher matcher) {}

  private static X509TrustManager pkix(List<X509Certificate> roots) {
    try {
      KeyStore anchors = KeyStore.getInstance(KeyStore.getDefaultType());
      anchors.load(null, null);
      for (int i = 0; i < roots.size(); i++) {
        anchors.setCertificateEntry("root-" + i, roots.get(i));
      }
      TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
      factory.init(anchors);
      for (TrustManager manager : factory.getTrustManagers()) {
        if (manager instanceof X509TrustManager x509) {
          return x509;
        }
      }
      throw new IllegalStateException("this JDK has no PKIX trust manager");
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException("cannot set up the verification of chains", e);
    }
  }

  /**
   * @param host that was asked for; null where that does not count
   */
  private void verifyLeaf(X509Certificate leaf, @Nullable String host) throws CertificateException {
    if (chains != null) {
      // the chain check skips the dates of a leaf that is itself a trusted root
      leaf.checkValidity();
    }
    if (trustDomain != null) {
      verifySvid(leaf, trustDomain);
    }
    if (host != null) {
      verifyHost(leaf, host);
    } else if (!names.isEmpty()) {
      verifyNames(PeerIdentities.of(leaf));
    }
  }

  private static void verifyHost(X509Certificate leaf, String host) throws CertificateException {
    for (String name : PeerIdentities.names(leaf, San.DNS)) {
      if (DnsNames.fits(host, name)) {
        return;
      }
    }
    throw new CertificateException("the server's certificate is not for " + host);
  }

  private void verifyNames(PeerIdentity peer) throws CertificateException {
    for (Name name : names) {
      List<String> shown =
          switch (name.type()) {
            case URI -> peer.uris();
            case DNS -> peer.dnsNames();
          };
      for (String san : shown) {
        if (name.matcher().test(san)) {
          return;
        }
      }
    }
    throw new CertificateException(
        "the peer is "
            + peer.uris()
            + peer.dnsNames()
            + ", which none of the accepted names matches: "
            + accepted);
  }

  private static void verifySvid(X509Certificate leaf, String trustDomain)
      throws CertificateException {
    List<String> uris = PeerIdentities.uris(leaf);
    if (uris.size() != 1) {
      throw new CertificateException(
          "a mesh certificate has exactly one URI SAN, this one has " + uris);
    }
    SpiffeId id;
    try {
      id = SpiffeId.parse(uris.getFirst());
    } catch (IllegalArgumentException e) {
      throw new CertificateException(e.getMessage(), e);
    }
    if (!id.trustDomain().equals(trustDomain)) {
      throw new CertificateException(id + " is not of the trust domain " + trustDomain);
    }
    boolean[] usage = leaf.getKeyUsage();
    if (leaf.getBasicConstraints() >= 0
        || (usage != null && usage.length > KEY_CERT_SIGN && usage[KEY_CERT_SIGN])) {
      throw new CertificateException(id + " shows an authority's certificate, not a workload's");
    }
  }

  private void verifyClient(X509Certificate[] chain, String authType) throws CertificateException {
    if (chains != null) {
      chains.checkClientTrusted(chain, authType);
    }
    verifyLeaf(chain[0], null);
  }

  private void verifyServer(X509Certificate[] chain, String authType, @Nullable String host)
      throws CertificateException {
    if (chains != null) {
      chains.checkServerTrusted(chain, authType);
    }
    verifyLeaf(chain[0], host);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    verifyClient(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    verifyClient(chain, authType);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    verifyClient(chain, authType);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    verifyServer(chain, authType, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
      throws CertificateException {
    verifyServer(chain, authType, null);
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
      throws CertificateException {
    verifyServer(chain, authType, asked ? engine.getPeerHost() : null);
  }

  /** None: naming the roots in the handshake would tell strangers about the mesh. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NO_ISSUERS.clone();
  }
}
