package dev.weft.control.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x500.RDN;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** The four kinds of certificate the mesh makes (RFC 5280, SPIFFE X.509-SVID). Thread-safe. */
final class CertificateProfiles {
  static final Duration ROOT_LIFETIME = Duration.ofDays(3650);
  static final Duration INTERMEDIATE_LIFETIME = Duration.ofDays(365);

  /** Validity starts this much earlier, for peers whose clock is behind. */
  static final Duration BACKDATED = Duration.ofMinutes(1);

  private static final X500Name NO_SUBJECT = new X500Name(new RDN[0]);

  private final String trustDomain;
  private final SecureRandom random = new SecureRandom();

  CertificateProfiles(String trustDomain) {
    this.trustDomain = trustDomain;
  }

  /** A certificate authority's certificate with its private key. */
  record Issuer(X509Certificate certificate, PrivateKey key) {}

  /** A new P-256 key pair. */
  static KeyPair newKeyPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK makes no P-256 keys; use one with SunEC", e);
    }
  }

  Issuer root(Instant now) {
    KeyPair keys = newKeyPair();
    X500Name name = authorityName("Weft root", now);
    SubjectPublicKeyInfo key = publicKey(keys);
    X509v3CertificateBuilder builder = builder(name, now, ROOT_LIFETIME, name, key);
    addAuthorityExtensions(builder, 1);
    return new Issuer(sign(builder, keys.getPrivate()), keys.getPrivate());
  }

  Issuer intermediate(Issuer root, Instant now) {
    KeyPair keys = newKeyPair();
    SubjectPublicKeyInfo key = publicKey(keys);
    X509v3CertificateBuilder builder =
        builder(
            nameOf(root.certificate()),
            now,
            INTERMEDIATE_LIFETIME,
            authorityName("Weft issuer", now),
            key);
    addAuthorityKey(builder, root);
    addAuthorityExtensions(builder, 0);
    return new Issuer(sign(builder, root.key()), keys.getPrivate());
  }

  /** A workload's certificate: the SPIFFE ID is its only name. */
  X509Certificate workload(
      WorkloadId id, SubjectPublicKeyInfo key, Issuer issuer, Duration lifetime, Instant now) {
    return leaf(key, issuer, lifetime, now, List.of(spiffe(id.spiffeId(trustDomain))));
  }

  /** The control plane's own; {@code hosts} are the names or literal addresses clients use. */
  Issuer server(List<String> hosts, Issuer issuer, Duration lifetime, Instant now) {
    List<GeneralName> names = new ArrayList<>();
    names.add(spiffe(WorkloadId.CONTROL_PLANE.spiffeId(trustDomain)));
    for (String host : hosts) {
      boolean address = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
      names.add(new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, host));
    }
    KeyPair keys = newKeyPair();
    return new Issuer(leaf(publicKey(keys), issuer, lifetime, now, names), keys.getPrivate());
  }

  private X509Certificate leaf(
      SubjectPublicKeyInfo key,
      Issuer issuer,
      Duration lifetime,
      Instant now,
      List<GeneralName> names) {
    X509v3CertificateBuilder builder =
        builder(nameOf(issuer.certificate()), now, lifetime, NO_SUBJECT, key);
    addAuthorityKey(builder, issuer);
    add(builder, Extension.basicConstraints, true, new BasicConstraints(false));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
    add(
        builder,
        Extension.extendedKeyUsage,
        false,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    // Critical because there is no subject (RFC 5280, 4.2.1.6).
    GeneralNames all = new GeneralNames(names.toArray(GeneralName[]::new));
    add(builder, Extension.subjectAlternativeName, true, all);
    return sign(builder, issuer.key());
  }

  private X509v3CertificateBuilder builder(
      X500Name issuer, Instant now, Duration lifetime, X500Name subject, SubjectPublicKeyInfo key) {
    X509v3CertificateBuilder builder =
        new X509v3CertificateBuilder(
            issuer,
            new BigInteger(127, random).setBit(126),
            Date.from(now.minus(BACKDATED)),
            Date.from(now.plus(lifetime)),
            subject,
            key);
    add(
        builder,
        Extension.subjectKeyIdentifier,
        false,
        extensionIds().createSubjectKeyIdentifier(key));
    return builder;
  }

  private void addAuthorityExtensions(X509v3CertificateBuilder builder, int pathLength) {
    add(builder, Extension.basicConstraints, true, new BasicConstraints(pathLength));
    add(builder, Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    // A signing certificate's SPIFFE ID is the trust domain's own, without a path.
    GeneralNames domain = new GeneralNames(spiffe("spiffe://" + trustDomain));
    add(builder, Extension.subjectAlternativeName, false, domain);
  }

  private static void addAuthorityKey(X509v3CertificateBuilder builder, Issuer issuer) {
    SubjectPublicKeyInfo key =
        SubjectPublicKeyInfo.getInstance(issuer.certificate().getPublicKey().getEncoded());
    add(
        builder,
        Extension.authorityKeyIdentifier,
        false,
        extensionIds().createAuthorityKeyIdentifier(key));
  }

  private X500Name authorityName(String what, Instant now) {
    // The second of its making tells authorities of one mesh apart where they are listed.
    return new X500NameBuilder(BCStyle.INSTANCE)
        .addRDN(BCStyle.O, trustDomain.length() <= 64 ? trustDomain : "weft")
        .addRDN(BCStyle.CN, what + " " + now.getEpochSecond())
        .build();
  }

  private static X500Name nameOf(X509Certificate certificate) {
    return X500Name.getInstance(certificate.getSubjectX500Principal().getEncoded());
  }

  private static GeneralName spiffe(String uri) {
    return new GeneralName(GeneralName.uniformResourceIdentifier, uri);
  }

  private static SubjectPublicKeyInfo publicKey(KeyPair keys) {
    return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
  }

  private static JcaX509ExtensionUtils extensionIds() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-1 for key identifiers", e);
    }
  }

  private static void add(
      X509v3CertificateBuilder builder,
      ASN1ObjectIdentifier id,
      boolean critical,
      ASN1Encodable value) {
    try {
      builder.addExtension(id, critical, value);
    } catch (IOException e) {
      throw new IllegalStateException("extension " + id + " could not be encoded", e);
    }
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    try {
      return new JcaX509CertificateConverter()
          .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(key)));
    } catch (OperatorCreationException | GeneralSecurityException e) {
      throw new IllegalStateException("a certificate could not be signed: " + e.getMessage(), e);
    }
  }
}
