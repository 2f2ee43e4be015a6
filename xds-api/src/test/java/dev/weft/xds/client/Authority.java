package dev.weft.xds.client;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** Issues certificates for 127.0.0.1 that only those who trust it accept. */
final class Authority {
  private static final AtomicLong SERIAL = new AtomicLong(1);

  private final X500Name name;
  private final KeyPair keys = newKeys();
  private final X509Certificate root;

  Authority(String name) {
    this.name = new X500Name("CN=" + name);
    this.root = issue(this.name, keys, true);
  }

  PemTrustOptions trust() {
    return new PemTrustOptions().addCertValue(pem("CERTIFICATE", encoded(root)));
  }

  PemKeyCertOptions issue(String subject) {
    KeyPair pair = newKeys();
    X509Certificate leaf = issue(new X500Name("CN=" + subject), pair, false);
    return new PemKeyCertOptions()
        .addKeyValue(pem("PRIVATE KEY", pair.getPrivate().getEncoded()))
        .addCertValue(pem("CERTIFICATE", encoded(leaf)));
  }

  private X509Certificate issue(X500Name subject, KeyPair pair, boolean authority) {
    Instant now = Instant.now();
    try {
      JcaX509v3CertificateBuilder certificate =
          new JcaX509v3CertificateBuilder(
              name,
              BigInteger.valueOf(SERIAL.getAndIncrement()),
              Date.from(now.minus(Duration.ofHours(1))),
              Date.from(now.plus(Duration.ofHours(1))),
              subject,
              pair.getPublic());
      certificate.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!authority) {
        certificate.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              certificate.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (OperatorCreationException | CertIOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] encoded(X509Certificate certificate) {
    try {
      return certificate.getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Buffer pem(String kind, byte[] der) {
    return Buffer.buffer(
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(der), kind));
  }

  private static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
