package dev.weft.proxy.identity;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;

/**
 * Writes the one certificate request a sidecar ever makes (PKCS#10, RFC 2986, in DER): a P-256 key,
 * a fixed subject, no attributes. Bouncy Castle would do, but is a signed jar: the JVM reads and
 * hashes all of it at every start and keeps none of its classes in an AOT cache, which costs a
 * sidecar more than everything else it does for its identity.
 */
final class CertificateRequest {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int UTF8_STRING = 0x0c;
  private static final int SEQUENCE = 0x30;
  private static final int SET = 0x31;
  private static final int ATTRIBUTES = 0xa0;

  /** 2.5.4.3, commonName. */
  private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};

  /** 1.2.840.10045.4.3.2, ecdsa-with-SHA256. */
  private static final byte[] ECDSA_WITH_SHA256 = {
    0x06, 0x08, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x04, 0x03, 0x02
  };

  private CertificateRequest() {}

  /** The request, signed with the private key of the pair. */
  static byte[] of(KeyPair pair) throws GeneralSecurityException {
    byte[] subject =
        der(
            SEQUENCE,
            der(
                SET,
                der(
                    SEQUENCE,
                    COMMON_NAME,
                    der(UTF8_STRING, "workload".getBytes(StandardCharsets.US_ASCII)))));
    byte[] info =
        der(
            SEQUENCE,
            der(INTEGER, new byte[] {0}),
            subject,
            pair.getPublic().getEncoded(),
            der(ATTRIBUTES));
    Signature signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(info);
    byte[] noUnusedBits = {0};
    return der(
        SEQUENCE,
        info,
        der(SEQUENCE, ECDSA_WITH_SHA256),
        der(BIT_STRING, noUnusedBits, signer.sign()));
  }

  /** A value with its tag and length; lengths up to 65,535. */
  private static byte[] der(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 4);
    out.write(tag);
    if (length >= 0x100) {
      out.write(0x82);
      out.write(length >> 8);
    } else if (length >= 0x80) {
      out.write(0x81);
    }
    out.write(length);
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
