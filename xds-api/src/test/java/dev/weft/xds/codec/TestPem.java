package dev.weft.xds.codec;

import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** Key material that is well formed; nothing is protected by it. */
final class TestPem {
  static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBdTCCARugAwIBAgIUL7ZdNMynVdlFCo+a3gC752iuuGMwCgYIKoZIzj0EAwIw
      DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjExMTQ0MjRaGA8yMTI2MTAyODExNDQy
      NFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDDx
      vFEcdshc+rfTJKczJThaNAhFbuYoXAEx6Ela2i4WjlAfCchwGNR3JLY6d1Odv1V0
      K2acNKZd5KN/29ycA6SjUzBRMB0GA1UdDgQWBBT3Ji+tnuAM1smabfjcQ9D0mYRO
      mzAfBgNVHSMEGDAWgBT3Ji+tnuAM1smabfjcQ9D0mYROmzAPBgNVHRMBAf8EBTAD
      AQH/MAoGCCqGSM49BAMCA0gAMEUCIBZqEGxQcNTaQRGtLxeERnFPhjAF2ldTsn6O
      WB0hzGqGAiEAjtRlESPO1AaepDb1w3COhS8pDKVO90ViM62wqQpLkNo=
      -----END CERTIFICATE-----
      """;

  static final String KEY = key();

  private TestPem() {}

  private static String key() {
    try {
      byte[] key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
