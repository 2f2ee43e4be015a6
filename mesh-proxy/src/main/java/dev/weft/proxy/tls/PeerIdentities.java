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
        names(leaf, San.URI),
        names(leaf, San.DNS),
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
      return sha256(certificate.getEncoded());
    } catch (CertificateException e) {
      throw new IllegalStateException("cannot hash a certificate", e);
    }
  }

  /** The same of bytes. */
  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }

  /** The URI SANs of a certificate. */
  static List<String> uris(X509Certificate certificate) {
    return names(certificate, San.URI);
  }

  /**
   * Whether a certificate is for a host: by a DNS name, which may have a wildcard, or by another
   * name that is just the same.
   */
  public static boolean isFor(X509Certificate certificate, String host) {
    for (San name : sans(certificate)) {
      if (name.kind() == San.DNS ? DnsNames.fits(host, name.value()) : host.equals(name.value())) {
        return true;
      }
    }
    return false;
  }

  static List<String> names(X509Certificate certificate, int kind) {
    return sans(certificate).stream().filter(name -> name.kind() == kind).map(San::value).toList();
  }

  /** The names of a certificate that are text. */
  static List<San> sans(X509Certificate certificate) {
    Collection<List<?>> all;
    try {
      all = certificate.getSubjectAlternativeNames();
    } catch (CertificateException e) {
      return List.of(); // unreadable names match nothing
    }
    if (all == null) {
      return List.of();
    }
    List<San> found = new ArrayList<>();
    for (List<?> name : all) {
      San known = San.of(name);
      if (known != null) {
        found.add(known);
      }
    }
    return found;
  }
}
