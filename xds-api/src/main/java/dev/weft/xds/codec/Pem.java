package dev.weft.xds.codec;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.regex.Pattern;

/** Checks key material without using it; what is wrong is told without showing it. */
final class Pem {
  private static final Pattern KEY =
      Pattern.compile(
          "-----BEGIN (?:(?:RSA|EC) )?PRIVATE KEY-----[A-Za-z0-9+/=\\s]+"
              + "-----END (?:(?:RSA|EC) )?PRIVATE KEY-----");

  private Pem() {}

  /** Notes a problem unless this is one PEM certificate or more. */
  static String certificates(String pem, DecodeScope scope) {
    String reason = "must be PEM text with at least one certificate";
    try {
      var certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
      scope.require(!certificates.isEmpty() && pem.contains("-----BEGIN"), reason);
    } catch (CertificateException e) {
      scope.problem(reason);
    }
    return pem;
  }

  /** Notes a problem unless this is one PEM list of revoked certificates or more. */
  static String revocations(String pem, DecodeScope scope) {
    String reason = "must be PEM text with at least one list of revoked certificates (X509 CRL)";
    try {
      var lists =
          CertificateFactory.getInstance("X.509")
              .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8)));
      scope.require(!lists.isEmpty() && pem.contains("-----BEGIN X509 CRL"), reason);
    } catch (CertificateException | CRLException e) {
      scope.problem(reason);
    }
    return pem;
  }

  /** Notes a problem unless this looks like a PEM private key that is not encrypted. */
  static String privateKey(String pem, DecodeScope scope) {
    scope.require(
        KEY.matcher(pem).find(), "must be PEM text with one private key that is not encrypted");
    return pem;
  }
}
