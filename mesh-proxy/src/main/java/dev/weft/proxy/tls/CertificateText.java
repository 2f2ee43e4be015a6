package dev.weft.proxy.tls;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;

/** Parts of a certificate as Envoy's logs show them; empty where there is none. */
public final class CertificateText {
  private static final int EMAIL = 1;
  private static final int DNS = 2;
  private static final int URI = 6;
  private static final int ADDRESS = 7;

  private CertificateText() {}

  /** The subject, RFC 2253. */
  public static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName(X500Principal.RFC2253);
  }

  /** The issuer, RFC 2253. */
  public static String issuer(X509Certificate certificate) {
    return certificate.getIssuerX500Principal().getName(X500Principal.RFC2253);
  }

  /** The serial number, hex of whole bytes. */
  public static String serial(X509Certificate certificate) {
    String hex = certificate.getSerialNumber().toString(16);
    return hex.length() % 2 == 0 ? hex : "0" + hex;
  }

  /** The SHA-256 of its DER form, hex. */
  public static String sha256(X509Certificate certificate) {
    return PeerIdentities.sha256(certificate);
  }

  /** The SHA-1 of its DER form, hex. */
  public static String sha1(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-1").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("cannot hash a certificate", e);
    }
  }

  /** PEM, URL-encoded. */
  public static String urlEncodedPem(X509Certificate certificate) {
    return Pem.urlEncoded(List.of(certificate));
  }

  /** The URI SANs, with commas. */
  public static String uris(X509Certificate certificate) {
    return names(certificate, URI);
  }

  /** The DNS SANs, with commas. */
  public static String dnsNames(X509Certificate certificate) {
    return names(certificate, DNS);
  }

  /** The IP SANs, with commas. */
  public static String addresses(X509Certificate certificate) {
    return names(certificate, ADDRESS);
  }

  /** The email SANs, with commas. */
  public static String emails(X509Certificate certificate) {
    return names(certificate, EMAIL);
  }

  private static String names(X509Certificate certificate, int type) {
    return String.join(",", PeerIdentities.names(certificate, type));
  }
}
