package dev.weft.proxy.tls;

import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;

/** The forms that private keys come in. */
final class KeyFormats {
  private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA");

  private KeyFormats() {}

  /** A PKCS#8 key (RFC 5958), of whichever of the usual algorithms it is. */
  static PrivateKey pkcs8(byte[] der) {
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(der);
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        // of another algorithm; the message below names those that were tried
      }
    }
    throw new IllegalArgumentException(
        "the PEM private key is not a PKCS#8 key of any of " + ALGORITHMS);
  }

  /** A PKCS#1 or SEC 1 key: only files of users have these, so only they load Bouncy Castle. */
  static PrivateKey traditional(String pem) {
    try (PEMParser parser = new PEMParser(new StringReader(pem))) {
      if (parser.readObject() instanceof PEMKeyPair pair) {
        return new JcaPEMKeyConverter().getPrivateKey(pair.getPrivateKeyInfo());
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException("cannot read a PEM private key: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("the PEM private key is encrypted; decrypt it first");
  }
}
