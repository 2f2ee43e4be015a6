package dev.weft.control.identity;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;

/**
 * Every root a peer's certificate may chain to, the one that signs now first. There is more than
 * one while a root is being replaced.
 */
public record TrustBundle(List<X509Certificate> roots) {
  public TrustBundle {
    roots = List.copyOf(roots);
    if (roots.isEmpty()) {
      throw new IllegalArgumentException("a trust bundle has at least one root");
    }
  }

  /** The roots in PEM (RFC 7468), one after the other. */
  public String pem() {
    return pem(roots);
  }

  /** SHA-256 of the signing root's DER in lower-case hex, as join tokens carry it. */
  public String fingerprint() {
    return fingerprint(roots.getFirst());
  }

  static String fingerprint(X509Certificate certificate) {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
      throw new IllegalStateException("a certificate has no fingerprint", e);
    }
  }

  static String pem(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        appendPem(text, "CERTIFICATE", certificate.getEncoded());
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a certificate could not be encoded", e);
      }
    }
    return text.toString();
  }

  static void appendPem(StringBuilder text, String label, byte[] der) {
    Base64.Encoder encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    text.append("-----BEGIN ").append(label).append("-----\n");
    text.append(encoder.encodeToString(der));
    text.append("\n-----END ").append(label).append("-----\n");
  }
}
