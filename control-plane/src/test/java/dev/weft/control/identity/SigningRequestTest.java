package dev.weft.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPair;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class SigningRequestTest {

  @Test
  void acceptsTheThreeKindsOfKey() throws Exception {
    for (byte[] csr :
        new byte[][] {
          Csr.of(Csr.ec("secp256r1"), "SHA256withECDSA"),
          Csr.of(Csr.ec("secp384r1"), "SHA384withECDSA"),
          Csr.of(Csr.ed25519(), "Ed25519"),
        }) {
      assertThat(SigningRequest.verify(csr).publicKey()).isNotNull();
    }
  }

  @Test
  void h93RefusesWeakAndUnknownKeys() throws Exception {
    byte[] weak = Csr.of(Csr.rsa(1024), "SHA256withRSA");
    byte[] strong = Csr.of(Csr.rsa(2048), "SHA256withRSA");
    byte[] rareCurve = Csr.of(Csr.ec("secp521r1"), "SHA512withECDSA");

    refused(() -> SigningRequest.verify(weak), "RSA with 1024 bits", "P-256, P-384 or Ed25519");
    refused(() -> SigningRequest.verify(strong), "RSA with 2048 bits");
    refused(() -> SigningRequest.verify(rareCurve), "curve other than P-256 and P-384");
  }

  @Test
  void refusesAKeyTheCallerDoesNotHold() throws Exception {
    KeyPair stolen = Csr.ec("secp256r1");
    byte[] csr = Csr.of(stolen.getPublic(), Csr.ec("secp256r1").getPrivate(), "SHA256withECDSA");

    refused(() -> SigningRequest.verify(csr), "signature does not verify");
  }

  @Test
  void refusesABrokenDigest() throws Exception {
    byte[] csr = Csr.of(Csr.ec("secp256r1"), "SHA1withECDSA");

    refused(() -> SigningRequest.verify(csr), "is signed with", "SHA-256");
  }

  @Test
  void refusesEmptyAndOversizedRequests() {
    refused(() -> SigningRequest.verify(new byte[0]), "csr is empty");
    refused(() -> SigningRequest.verify(new byte[9000]), "9000 bytes", "at most 8192");
  }

  @Test
  void anyDamageIsARefusalAndNeverAnotherFailure() throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    Random random = new Random(seed);
    byte[][] originals = {
      Csr.of(Csr.ec("secp256r1"), "SHA256withECDSA"), Csr.of(Csr.ed25519(), "Ed25519"),
    };
    int survived = 0;
    for (int round = 0; round < 2000; round++) {
      byte[] damaged = originals[round % 2].clone();
      for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        damaged = Arrays.copyOf(damaged, random.nextInt(damaged.length));
      }
      try {
        SigningRequest.verify(damaged);
        survived++;
      } catch (RefusedException e) {
        assertThat(e.kind()).isEqualTo(RefusedException.Kind.BAD_REQUEST);
      }
    }
    // Two flips can undo each other; nothing else passes.
    assertThat(survived).as("seed %d", seed).isLessThan(10);
  }

  private static void refused(ThrowingCallable call, String... words) {
    assertThatThrownBy(call).isInstanceOf(RefusedException.class).hasMessageContainingAll(words);
  }
}
