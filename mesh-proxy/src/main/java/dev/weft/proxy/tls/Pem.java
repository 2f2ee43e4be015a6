package dev.weft.proxy.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;

/** Key material as text (RFC 7468). */
public final class Pem {
  private Pem() {}

  /**
   * Every certificate of the text, in its order.
   *
   * @throws IllegalArgumentException if there is none, or one cannot be read
   */
  public static List<X509Certificate> certificates(String pem) {
    List<X509Certificate> found = new ArrayList<>();
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        if (next instanceof X509CertificateHolder holder) {
          found.add(certificate(holder.getEncoded()));
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("cannot read a PEM certificate: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("no PEM block CERTIFICATE found");
    }
    return List.copyOf(found);
  }

  /**
   * The first private key of the text: PKCS#8, PKCS#1 or SEC 1, not encrypted.
   *
   * @throws IllegalArgumentException if there is none, or it cannot be read
   */
  public static PrivateKey privateKey(String pem) {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      for (Object next = parser.readObject(); next != null; next = parser.readObject()) {
        switch (next) {
          case PEMKeyPair pair -> {
            return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
          }
          case PrivateKeyInfo info -> {
            return new JcaPEMKeyConverter().getPrivateKey(info);
          }
          default -> {} // EC parameters and certificates may stand before the key
        }
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("cannot read a PEM private key: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("no PEM block PRIVATE KEY found, or it is encrypted");
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
    return write(
        certificates.stream()
            .map(
                certificate -> {
                  try {
                    return new PemObject("CERTIFICATE", certificate.getEncoded());
                  } catch (CertificateException e) {
                    throw new IllegalArgumentException("a certificate has no DER form", e);
                  }
                })
            .toList());
  }

  /** A key as PKCS#8 text. */
  public static String ofKey(PrivateKey key) {
    return write(List.of(new PemObject("PRIVATE KEY", key.getEncoded())));
  }

  private static String write(List<PemObject> objects) {
    StringWriter text = new StringWriter();
    try (PemWriter writer = new PemWriter(text)) {
      for (PemObject object : objects) {
        writer.writeObject(object);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
