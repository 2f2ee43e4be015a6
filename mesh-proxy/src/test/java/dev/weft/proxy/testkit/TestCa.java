package dev.weft.proxy.testkit;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of a test's own. */
public final class TestCa {
  private final KeyPair keys;
  private final X509Certificate root;

  public TestCa(String name) {
    keys = newKeyPair();
    root =
        sign(
            new X500Name("CN=" + name),
            keys.getPublic(),
            List.of(),
            true,
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(10)),
            new X500Name("CN=" + name));
  }

  private TestCa(KeyPair keys, X509Certificate own) {
    this.keys = keys;
    this.root = own;
  }

  /** An authority under this one; what it issues has a chain of two, without this one's root. */
  public TestCa under(String name) {
    KeyPair pair = newKeyPair();
    return new TestCa(
        pair,
        sign(
            new X500Name("CN=" + name),
            pair.getPublic(),
            List.of(),
            true,
            Instant.now().minus(Duration.ofDays(1)),
            Instant.now().plus(Duration.ofDays(10)),
            new X500Name(root.getSubjectX500Principal().getName())));
  }

  /** What it has revoked, until tomorrow, as PEM text. */
  public String revoked(X509Certificate... certificates) {
    return revoked(Instant.now().plus(Duration.ofDays(1)), certificates);
  }

  /** The same until another time. */
  public String revoked(Instant until, X509Certificate... certificates) {
    Instant since = Instant.now().minus(Duration.ofDays(2));
    JcaX509v2CRLBuilder list =
        new JcaX509v2CRLBuilder(root.getSubjectX500Principal(), Date.from(since));
    list.setNextUpdate(Date.from(until));
    for (X509Certificate certificate : certificates) {
      list.addCRLEntry(certificate.getSerialNumber(), Date.from(since), 0);
    }
    try {
      byte[] der =
          list.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()))
              .getEncoded();
      return "-----BEGIN X509 CRL-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der)
          + "\n-----END X509 CRL-----\n";
    } catch (java.io.IOException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A certificate, its chain and its key. */
  public record Issued(KeyPair keys, List<X509Certificate> chain) {
    public X509Certificate leaf() {
      return chain.getFirst();
    }
  }

  public X509Certificate root() {
    return root;
  }

  /** A workload of the trust domain {@code weft.local}, valid for an hour. */
  public Issued workload(String namespace, String service) {
    return uri("spiffe://weft.local/ns/" + namespace + "/sa/" + service);
  }

  /** A leaf with this URI SAN, valid for an hour. */
  public Issued uri(String uri) {
    return issue(names(uri, List.of()), Instant.now().plus(Duration.ofHours(1)));
  }

  /** A leaf with these DNS SANs, valid for an hour. */
  public Issued dns(String... names) {
    return issue(names(null, List.of(names)), Instant.now().plus(Duration.ofHours(1)));
  }

  /** A leaf with this URI SAN that is over. */
  public Issued expired(String uri) {
    return issue(names(uri, List.of()), Instant.now().minus(Duration.ofMinutes(1)));
  }

  /** A leaf with any names. */
  public Issued issue(List<GeneralName> names, Instant notAfter) {
    KeyPair pair = newKeyPair();
    return new Issued(pair, List.of(certify(pair.getPublic(), names, notAfter), root));
  }

  /** A leaf of any subject for any key, valid for an hour. */
  public Issued issue(String subject, KeyPair pair, List<GeneralName> names) {
    return new Issued(
        pair,
        List.of(
            sign(
                new X500Name(subject),
                pair.getPublic(),
                names,
                false,
                Instant.now().minus(Duration.ofMinutes(5)),
                Instant.now().plus(Duration.ofHours(1)),
                new X500Name(root.getSubjectX500Principal().getName())),
            root));
  }

  /** A certificate for a key that stays elsewhere. */
  public X509Certificate certify(PublicKey key, List<GeneralName> names, Instant notAfter) {
    return sign(
        new X500Name("CN=workload"),
        key,
        names,
        false,
        (notAfter.isBefore(Instant.now()) ? notAfter : Instant.now()).minus(Duration.ofMinutes(5)),
        notAfter,
        new X500Name(root.getSubjectX500Principal().getName()));
  }

  /** SANs of a leaf. */
  public static List<GeneralName> names(String uri, List<String> dns) {
    List<GeneralName> names = new ArrayList<>();
    if (uri != null) {
      names.add(new GeneralName(GeneralName.uniformResourceIdentifier, uri));
    }
    dns.forEach(name -> names.add(new GeneralName(GeneralName.dNSName, name)));
    return names;
  }

  public static KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate sign(
      X500Name subject,
      PublicKey key,
      List<GeneralName> names,
      boolean authority,
      Instant notBefore,
      Instant notAfter,
      X500Name issuer) {
    try {
      JcaX509v3CertificateBuilder builder =
          new JcaX509v3CertificateBuilder(
              issuer,
              BigInteger.valueOf(System.nanoTime() & Long.MAX_VALUE),
              Date.from(notBefore),
              Date.from(notAfter),
              subject,
              key);
      builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
      if (!names.isEmpty()) {
        builder.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(names.toArray(GeneralName[]::new)));
      }
      return new JcaX509CertificateConverter()
          .getCertificate(
              builder.build(
                  new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
    } catch (java.io.IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }
}
