package dev.weft.proxy.identity;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;

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
      return CertificateRequest.of(pair);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot sign a certificate request", e);
    }
  }

  @Override
  public String toString() {
    return "WorkloadKey[not shown]";
  }
}
