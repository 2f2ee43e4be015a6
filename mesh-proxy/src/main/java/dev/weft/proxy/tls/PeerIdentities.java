package dev.weft.proxy.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;

/** Reads who a peer is from its certificate; done once per connection, after the handshake. */
public final class PeerIdentities {
  private static final int DNS = 2;
  private static final int URI = 6;

  private PeerIdentities() {}

  /** The peer of this session, or null if it showed no certificate. */
  public static @Nullable PeerIdentity of(SSLSession session) {
    List<X509Certificate> chain;
    try {
      chain = x509(session.getPeerCertificates());
    } catch (SSLPeerUnverifiedException e) {
      return null;
    }
    if (chain.isEmpty()) {
      return null;
    }
    List<X509Certificate> own = x509(session.getLocalCertificates());
    List<String> ownUris = own.isEmpty() ? List.of() : uris(own.getFirst());
    return of(chain, ownUris.isEmpty() ? null : ownUris.getFirst());
  }

  /** Whom this certificate speaks for. */
  public static PeerIdentity of(X509Certificate leaf) {
    return of(List.of(leaf), null);
  }

  private static PeerIdentity of(List<X509Certificate> chain, @Nullable String localUri) {
    X509Certificate leaf = chain.getFirst();
    return new PeerIdentity(
        names(leaf, URI),
        names(leaf, DNS),
        leaf.getSubjectX500Principal().getName(X500Principal.RFC2253),
        sha256(leaf),
        chain,
        localUri);
  }

  private static List<X509Certificate> x509(Certificate @Nullable [] chain) {
    List<X509Certificate> all = new ArrayList<>();
    if (chain != null) {
      for (Certificate certificate : chain) {
        if (certificate instanceof X509Certificate known) {
          all.add(known);
        }
      }
    }
    return all;
  }

  /** The SHA-256 of a certificate's DER form, lower-case hex. */
  public static String sha256(X509Certificate certificate) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateException e) {
      throw new IllegalStateException("cannot hash a certificate", e);
    }
  }

  /** The URI SANs of a certificate. */
  static List<String> uris(X509Certificate certificate) {
    return names(certificate, URI);
  }

  static List<String> names(X509Certificate certificate, int type) {
    Collection<List<?>> all;
    try {
      all = certificate.getSubjectAlternativeNames();
    } catch (CertificateException e) {
      return List.of(); // unreadable names match nothing
    }
    if (all == null) {
      return List.of();
    }
    List<String> found = new ArrayList<>();
    for (List<?> name : all) {
      if (name.get(0) instanceof Integer kind && kind == type && name.get(1) instanceof String s) {
        found.add(s);
      }
    }
    return found;
  }
}
