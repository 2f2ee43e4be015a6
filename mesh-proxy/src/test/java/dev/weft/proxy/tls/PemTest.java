package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.testkit.TestCa;
import java.io.StringWriter;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** PEM as OpenSSL, cert-manager and people write it. */
class PemTest {
  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void aKeyIsReadAsItWasWritten(String algorithm) throws Exception {
    PrivateKey key = KeyPairGenerator.getInstance(algorithm).generateKeyPair().getPrivate();

    assertThat(Pem.privateKey(Pem.ofKey(key))).isEqualTo(key);
  }

  @Test
  void anRsaKeyInPkcs1IsRead() throws Exception {
    PrivateKey key = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate();
    String pem = traditional(key, null);

    assertThat(pem).startsWith("-----BEGIN RSA PRIVATE KEY-----");
    assertThat(Pem.privateKey(pem)).isEqualTo(key);
  }

  /** As {@code openssl ecparam -genkey} writes it: the curve is named within the key. */
  @Test
  void anEcKeyInSec1IsRead() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    ECPrivateKey key = (ECPrivateKey) generator.generateKeyPair().getPrivate();
    StringWriter pem = new StringWriter();
    try (PemWriter writer = new PemWriter(pem)) {
      writer.writeObject(
          new PemObject(
              "EC PRIVATE KEY",
              new org.bouncycastle.asn1.sec.ECPrivateKey(
                      256, key.getS(), SECObjectIdentifiers.secp256r1)
                  .getEncoded()));
    }

    assertThat(((ECPrivateKey) Pem.privateKey(pem.toString())).getS()).isEqualTo(key.getS());
  }

  @Test
  void whatStandsBeforeTheKeyIsPassedOver() throws Exception {
    PrivateKey key = KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate();
    String parameters =
        "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";

    assertThat(Pem.privateKey(parameters + "# the key:\r\n" + Pem.ofKey(key))).isEqualTo(key);
  }

  @Test
  void aChainKeepsItsOrder() throws Exception {
    TestCa ca = new TestCa("root");
    List<X509Certificate> chain = List.of(ca.workload("shop", "cart").leaf(), ca.root());
    String pem = Pem.ofCertificates(chain).replace("\n-----BEGIN", "\n text between \n-----BEGIN");

    assertThat(Pem.certificates(pem.replace("\n", "\r\n"))).isEqualTo(chain);
    assertThat(pem.lines()).allMatch(line -> line.length() <= 64);
  }

  @Test
  void anEncryptedKeyIsRefusedWithTheReason() throws Exception {
    KeyPair pair = KeyPairGenerator.getInstance("EC").generateKeyPair();
    String pem = traditional(pair.getPrivate(), "secret");

    assertThatThrownBy(() -> Pem.privateKey(pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("encrypted");
  }

  @Test
  void rubbishIsRefusedWithTheReason() {
    String head = "-----BEGIN CERTIFICATE-----\n";
    String tail = "\n-----END CERTIFICATE-----\n";
    for (String pem : List.of("", "no pem at all", head, head + "AAAA" + tail, head + "!" + tail)) {
      assertThatThrownBy(() -> Pem.certificates(pem))
          .as(pem)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageMatching("(?s).*(no PEM block CERTIFICATE|cannot read a DER|not base64).*");
    }
    String key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    assertThatThrownBy(() -> Pem.privateKey(key))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("EC, RSA, EdDSA");
  }

  private static String traditional(PrivateKey key, String password) throws Exception {
    StringWriter text = new StringWriter();
    try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
      if (password == null) {
        writer.writeObject(key);
      } else {
        writer.writeObject(
            key,
            new JcePEMEncryptorBuilder("AES-128-CBC")
                .setProvider(new org.bouncycastle.jce.provider.BouncyCastleProvider())
                .build(password.toCharArray()));
      }
    }
    return text.toString();
  }
}
