package dev.weft.proxy.tls;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CRLException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Key material as text (RFC 7468). */
public final class Pem {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*+)-----END \\1-----");
  private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

  private Pem() {}

  /**
   * Every certificate of the text, in its order.
   *
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(String pem) {
    List<X509Certificate> found =
        BLOCK
            .matcher(pem)
            .results()
            .filter(block -> block.group(1).equals("CERTIFICATE"))
            .map(block -> certificate(decode(block)))
            .toList();
    if (found.isEmpty()) {
      throw new IllegalArgumentException("no PEM block CERTIFICATE found");
    }
    return found;
  }

  /**
   * Every list of revoked certificates of the text.
   *
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  static List<X509CRL> revocations(String pem) {
    try {
      List<X509CRL> found = new ArrayList<>();
      CertificateFactory.getInstance("X.509")
          .generateCRLs(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
          .forEach(list -> found.add((X509CRL) list));
      if (found.isEmpty()) {
        throw new IllegalArgumentException("no PEM block X509 CRL found");
      }
      return found;
    } catch (CertificateException | CRLException e) {
      throw new IllegalArgumentException(
          "cannot read a list of revoked certificates: " + e.getMessage(), e);
    }
  }

  /**
   * The first private key of the text: PKCS#8, PKCS#1 or SEC 1, not encrypted.
   *
   * @throws IllegalArgumentException if there is none, or it cannot be read
   */
  public static PrivateKey privateKey(String pem) {
    for (MatchResult block : (Iterable<MatchResult>) BLOCK.matcher(pem).results()::iterator) {
      switch (block.group(1)) {
        case "PRIVATE KEY" -> {
          return KeyFormats.pkcs8(decode(block));
        }
        case "EC PRIVATE KEY", "RSA PRIVATE KEY" -> {
          return KeyFormats.traditional(block.group());
        }
        default -> {} // EC parameters and certificates may stand before the key
      }
    }
    throw new IllegalArgumentException("no PEM block PRIVATE KEY found, or it is encrypted");
  }

  /** Certificates as PEM that can stand in a header: URL-encoded, as Envoy does it. */
  public static String urlEncoded(List<X509Certificate> certificates) {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        pem.append("-----BEGIN CERTIFICATE-----\n")
            .append(LINES.encodeToString(certificate.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      } catch (CertificateEncodingException e) {
        throw new IllegalStateException("a certificate that was read cannot be written", e);
      }
    }
    return pem.toString()
        .replace("\n", "%0A")
        .replace(" ", "%20")
        .replace("+", "%2B")
        .replace("/", "%2F")
        .replace("=", "%3D");
  }

  private static byte[] decode(MatchResult block) {
    try {
      return Base64.getMimeDecoder().decode(block.group(2));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the PEM block " + block.group(1) + " is not base64: " + e.getMessage(), e);
    }
  }

  /**
   * A certificate from its DER form.
   *
   * @throws IllegalArgumentException if it cannot be read
   */
  public static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("cannot read a DER certificate: " + e.getMessage(), e);
    }
  }

  /** Certificates as text. */
  public static String ofCertificates(List<X509Certificate> certificates) {
    StringBuilder text = new StringBuilder();
    for (X509Certificate certificate : certificates) {
      try {
        text.append(block("CERTIFICATE", certificate.getEncoded()));
      } catch (CertificateException e) {
        throw new IllegalArgumentException("a certificate has no DER form", e);
      }
    }
    return text.toString();
  }

  /** A key as PKCS#8 text. */
  public static String ofKey(PrivateKey key) {
    return block("PRIVATE KEY", key.getEncoded());
  }

  private static String block(String label, byte[] der) {
    return "-----BEGIN "
        + label
        + "-----\n"
        + LINES.encodeToString(der)
        + "\n-----END "
        + label
        + "-----\n";
  }
}
