package dev.weft.proxy.identity;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/** A P-256 key pair of this workload; the private half never leaves the host. */
public record WorkloadKey(KeyPair pair) {
  /** A new key; every certificate gets its own. */
  public static WorkloadKey generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return new WorkloadKey(generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK cannot make P-256 keys", e);
    }
  }

  /** A request for a certificate (PKCS#10, DER); names are the issuer's to decide. */
  public byte[] certificateRequest() {
    try {
      return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=workload"), pair.getPublic())
          .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()))
          .getEncoded();
    } catch (IOException | OperatorCreationException e) {
      throw new IllegalStateException("cannot sign a certificate request", e);
    }
  }

  @Override
  public String toString() {
    return "WorkloadKey[not shown]";
  }
}
