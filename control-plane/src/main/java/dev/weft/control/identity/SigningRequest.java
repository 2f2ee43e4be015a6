package dev.weft.control.identity;

import dev.weft.control.identity.RefusedException.Kind;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAPublicKey;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.operator.ContentVerifierProvider;
import org.bouncycastle.operator.DefaultAlgorithmNameFinder;
import org.bouncycastle.operator.DefaultDigestAlgorithmIdentifierFinder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.bc.BcECContentVerifierProviderBuilder;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCSException;

/**
 * A PKCS#10 request (RFC 2986) whose proof of possession has been checked. Only the public key is
 * kept: the subject and the extensions the caller would like (a CA bit, other names, a longer life)
 * are never looked at.
 */
record SigningRequest(SubjectPublicKeyInfo publicKey) {
  /** A request with a P-384 key and no extensions is about 300 bytes. */
  static final int MAX_BYTES = 8 * 1024;

  private static final Map<ASN1ObjectIdentifier, String> CURVES =
      Map.of(
          SECObjectIdentifiers.secp256r1, "P-256",
          SECObjectIdentifiers.secp384r1, "P-384");

  private static final Set<ASN1ObjectIdentifier> ECDSA_SIGNATURES =
      Set.of(
          X9ObjectIdentifiers.ecdsa_with_SHA256,
          X9ObjectIdentifiers.ecdsa_with_SHA384,
          X9ObjectIdentifiers.ecdsa_with_SHA512);

  /**
   * Parses and verifies {@code der}; throws a BAD_REQUEST refusal that says what is wrong with it.
   */
  static SigningRequest verify(byte[] der) throws RefusedException {
    if (der.length == 0) {
      throw bad("csr is empty: send a PKCS#10 request in DER");
    }
    if (der.length > MAX_BYTES) {
      throw bad("csr has " + der.length + " bytes; at most " + MAX_BYTES + " are read");
    }
    try {
      PKCS10CertificationRequest request = new PKCS10CertificationRequest(der);
      SubjectPublicKeyInfo key = request.getSubjectPublicKeyInfo();
      ContentVerifierProvider verifier = verifierFor(key, request.getSignatureAlgorithm());
      if (!request.isSignatureValid(verifier)) {
        throw bad("csr's signature does not verify: sign it with the key it carries");
      }
      return new SigningRequest(key);
    } catch (IOException | PKCSException | OperatorCreationException | RuntimeException e) {
      // Bouncy Castle reports hostile encodings by various unchecked exceptions.
      throw bad("csr is not a well-formed PKCS#10 request in DER");
    }
  }

  private static ContentVerifierProvider verifierFor(
      SubjectPublicKeyInfo key, AlgorithmIdentifier signature)
      throws RefusedException, IOException, OperatorCreationException {
    ASN1ObjectIdentifier algorithm = key.getAlgorithm().getAlgorithm();
    if (algorithm.equals(EdECObjectIdentifiers.id_Ed25519)) {
      require(signature.getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519), signature);
      return new JcaContentVerifierProviderBuilder().build(key);
    }
    if (algorithm.equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      // Only a named curve: explicit parameters would let the caller bring a curve of its own.
      if (!(key.getAlgorithm().getParameters() instanceof ASN1ObjectIdentifier curve)
          || !CURVES.containsKey(curve)) {
        throw bad(
            "csr's key is on a curve other than P-256 and P-384: use one of these or Ed25519");
      }
      require(ECDSA_SIGNATURES.contains(signature.getAlgorithm()), signature);
      // createKey refuses a point that is not on the curve.
      AsymmetricKeyParameter point = PublicKeyFactory.createKey(key);
      return new BcECContentVerifierProviderBuilder(new DefaultDigestAlgorithmIdentifierFinder())
          .build(point);
    }
    throw bad("csr's key is " + describe(key, algorithm) + ": use P-256, P-384 or Ed25519");
  }

  private static void require(boolean accepted, AlgorithmIdentifier signature)
      throws RefusedException {
    if (!accepted) {
      throw bad(
          "csr is signed with "
              + new DefaultAlgorithmNameFinder().getAlgorithmName(signature)
              + ": use ECDSA with SHA-256, SHA-384 or SHA-512, or Ed25519");
    }
  }

  private static String describe(SubjectPublicKeyInfo key, ASN1ObjectIdentifier algorithm)
      throws IOException {
    if (algorithm.equals(PKCSObjectIdentifiers.rsaEncryption)) {
      RSAPublicKey rsa = RSAPublicKey.getInstance(key.parsePublicKey());
      return "RSA with " + rsa.getModulus().bitLength() + " bits";
    }
    return "of the algorithm " + algorithm.getId();
  }

  private static RefusedException bad(String message) {
    return new RefusedException(Kind.BAD_REQUEST, message);
  }
}
