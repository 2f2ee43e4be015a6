package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One key as OpenSSL writes it, under the password {@code secret}. */
class EncryptedKeysTest {
  private static final String PLAIN =
      """
      -----BEGIN EC PRIVATE KEY-----
      MHcCAQEEIJAuP/47w+INjwrPICn1uWTITCBU6O+PTTD000kj9wNfoAoGCCqGSM49
      AwEHoUQDQgAErsrPXJTGNNGn0Hgb9w5Sgs3CFF1zOzt16epmYtMN1yFfUxNZt14s
      YZD7lW0VyU5jGa0K7NanAxJH85C+FevriA==
      -----END EC PRIVATE KEY-----
      """;

  private static final String AES_128 =
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-128-CBC,FF3F76AC1F63007EADF839CDAA542274

      3cRCd4f2RF1yBkTrpM1qYN52j03uZK4lIhljkyxbUMEugkW+QHG/F/DfGzp2x/iK
      IrJw03lrHMD5PiHoM1U3XdmalKxf5ZTwPDgLxOGCzmly6eERDxiOL7/Nuo2bcMW+
      mFkZzbDtbr8+f6K/ycAfixU/QCmJHh5T4dAiQME54HY=
      -----END EC PRIVATE KEY-----
      """;

  private static final String AES_192 =
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-192-CBC,ACDFB99D60342D3E29FE6A181E62FA00

      +sjL4gmg9NAeGz1W3OqsQDi6IQm0tb8SIiApUJMF2LO0tQXyxtdIQ9HtU95mQcux
      SBuCKxFw3QruT7QeFlvlCvnFSspuHsWD5PfW90ZIvS+IdcXLLENk+cH4bGpol40/
      VaKUZ0Q19tP0tb8RwNDojNcsFRK1ZGjeo4V2rOFtYPY=
      -----END EC PRIVATE KEY-----
      """;

  private static final String AES_256 =
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: AES-256-CBC,9991E088E6171F842E057DC14D2AFF34

      L5N8tfrh/iPSCh4v/+wyJ/d/XY++hb6F9LyztPlss0fDC+PJaOLKpGd+FZXX8Onu
      fvoZ3gWoHObN8X3qd0Zz0YTDLsem5oTlbPhU18gKQtlybJecytBGJ557mtdw/z75
      I0vJS7LNeew8I5+2qzh7mYPnx7p1aceDQB42CCKJrXs=
      -----END EC PRIVATE KEY-----
      """;

  private static final String DES3 =
      """
      -----BEGIN EC PRIVATE KEY-----
      Proc-Type: 4,ENCRYPTED
      DEK-Info: DES-EDE3-CBC,8CCA29B55AAED1A0

      fTR3ixvP1FkhetVjQn9DRAM4TY1sLSNjlhd87Mz0o8x6N7msjFLSghkdCIVNxjYV
      91K1JT3AAcHN+H3Ml6mqbqDsW6aiqecrBc0rw5JEFGzguxiR2RjSr3bw+qkk4vyG
      hmEj4Cd5j4i+ScLQHsiV4xM1Assaa9xZ+/X5+abzL1w=
      -----END EC PRIVATE KEY-----
      """;

  private static final String PKCS8 =
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjF3sPxHPlC0gICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEECFKXd7E7Pa0gh0PsAu+M0cEgZDH
      n7U5PDHYiaELe8jcqz0zqmHIzAdIkMrj9gI5yQlcllOiBMRwSmE5kOc+cOCgkSYv
      ghotPlVBGqy3rTamxd2/V+/RFIdlCAtqg31thNPwClY3otO7hPg0Dv0wR83nyBfY
      VKXI1UmW37lrtK7BABeymKXyYzN3vZdDWBgRas8i7+PjNRNajtyBwswmpyG7oxQ=
      -----END ENCRYPTED PRIVATE KEY-----
      """;

  private static final String PKCS8_SHA1 =
      """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHeMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAhcmaOIwSoDjgICCAAw
      HQYJYIZIAWUDBAECBBAEuWBWbdxzng76piLMRRJBBIGQbk8nuK47cIBulqhzCnQ8
      tnQXmr2Kt23CA5LZk8QQMbPXpOjuSqFjachddgils0p6fAQPN5Olgc+ej4AvQecO
      x7mAeB4YI4MX+O9cJEF/PDJxhM94GLIxxOn7zxd5scuRjRwPhPedaMO5whH7IFpc
      K3458qD7Trgh4GeBRrW3FYE+7azco2j63QdwJ4G4Ymft
      -----END ENCRYPTED PRIVATE KEY-----
      """;

  @Test
  void keysAsOpensslWroteThemOnceOpen() throws Exception {
    for (String key : List.of(AES_128, AES_192, AES_256, DES3)) {
      assertThat(der(EncryptedKeys.open(key, "secret"))).isEqualTo(der(PLAIN));
    }
  }

  @Test
  void keysOfPkcs8Open() throws Exception {
    String plain = Base64.getEncoder().encodeToString(der(PLAIN));
    for (String key : List.of(PKCS8, PKCS8_SHA1)) {
      ECPrivateKey opened = (ECPrivateKey) key(EncryptedKeys.open(key, "secret"));
      // the number of the key is what a SEC 1 key has from its eighth byte on
      byte[] number = opened.getS().toByteArray();
      byte[] last = java.util.Arrays.copyOfRange(number, number.length - 31, number.length);
      byte[] sec1 = java.util.Arrays.copyOfRange(Base64.getDecoder().decode(plain), 8, 39);
      assertThat(last).isEqualTo(sec1);
    }
  }

  @Test
  void anotherPasswordOpensNothing() {
    for (String key : List.of(AES_128, AES_192, AES_256, DES3, PKCS8, PKCS8_SHA1)) {
      assertThatThrownBy(() -> EncryptedKeys.open(key, "other"))
          .isInstanceOf(GeneralSecurityException.class);
    }
  }

  @Test
  void whatIsOpenStaysAsItIs() throws Exception {
    assertThat(EncryptedKeys.open(PLAIN, "secret")).isEqualTo(PLAIN);
    assertThat(EncryptedKeys.open("", "secret")).isEmpty();
  }

  @Test
  void aStoreHasACertificateAndItsKey() throws Exception {
    byte[] store = store("secret");

    EncryptedKeys.Pair pair = EncryptedKeys.pkcs12(store, "secret");

    assertThat(der(pair.chainPem())).isEqualTo(certificate().getEncoded());
    assertThat(der(pair.keyPem())).isEqualTo(key(EncryptedKeys.open(PKCS8, "secret")).getEncoded());
    assertThatThrownBy(() -> EncryptedKeys.pkcs12(store, "other"))
        .isInstanceOf(GeneralSecurityException.class);
    assertThatThrownBy(() -> EncryptedKeys.pkcs12(new byte[] {1, 2, 3}, "secret"))
        .isInstanceOf(GeneralSecurityException.class);
  }

  private static byte[] store(String password) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "own",
        key(EncryptedKeys.open(PKCS8, "secret")),
        password.toCharArray(),
        new Certificate[] {certificate()});
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    store.store(bytes, password.toCharArray());
    return bytes.toByteArray();
  }

  private static Certificate certificate() throws Exception {
    return CertificateFactory.getInstance("X.509")
        .generateCertificate(
            new ByteArrayInputStream(TestPem.CERTIFICATE.getBytes(StandardCharsets.UTF_8)));
  }

  private static PrivateKey key(String pkcs8) throws Exception {
    return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(pkcs8)));
  }

  private static byte[] der(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z0-9 ]+-----", ""));
  }
}
