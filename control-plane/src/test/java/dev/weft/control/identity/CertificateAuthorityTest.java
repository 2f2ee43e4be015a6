package dev.weft.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.control.store.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateAuthorityTest {
  private static final WorkloadId CATALOG = new WorkloadId("shop", "catalog");

  @TempDir Path folder;
  private Instant now = Instant.parse("2026-11-21T10:00:00Z");
  private final InstantSource clock = () -> now;

  @Test
  void issuesACertificateWithNothingButTheSpiffeId() throws Exception {
    try (Database database = database()) {
      CertificateAuthority authority = open(database, "weft.local");

      IssuedCertificate issued =
          authority.issue(CATALOG, Csr.of(Csr.ec("secp256r1"), "SHA256withECDSA"));

      X509Certificate leaf = issued.leaf();
      assertThat(leaf.getSubjectAlternativeNames())
          .containsExactly(List.of(6, "spiffe://weft.local/ns/shop/sa/catalog"));
      assertThat(leaf.getSubjectX500Principal().getName()).isEmpty();
      assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
      assertThat(issued.notBefore()).isEqualTo(now.minus(Duration.ofMinutes(1)));
      assertThat(issued.notAfter()).isEqualTo(now.plus(Duration.ofHours(24)));
      assertThat(leaf.getSerialNumber().bitLength()).isEqualTo(127);
      assertThat(WorkloadId.ofCertificate(leaf, "weft.local")).contains(CATALOG);
      assertThat(WorkloadId.ofCertificate(leaf, "other.example")).isEmpty();
      validate(issued.chain(), authority.trustBundle(), now);
    }
  }

  @Test
  void h93IgnoresTheCaBitAndTheNamesARequestWishesFor() throws Exception {
    try (Database database = database()) {
      CertificateAuthority authority = open(database, "weft.local");
      byte[] greedy = Csr.greedy(Csr.ec("secp256r1"), "spiffe://weft.local/ns/shop/sa/ledger");

      X509Certificate leaf = authority.issue(CATALOG, greedy).leaf();

      assertThat(leaf.getBasicConstraints()).isEqualTo(-1);
      assertThat(WorkloadId.ofCertificate(leaf, "weft.local")).contains(CATALOG);
    }
  }

  @Test
  void aRestartKeepsTheAuthorityAndTheKeyFileIsPrivate() throws Exception {
    String before;
    try (Database database = database()) {
      before = open(database, "weft.local").trustBundle().fingerprint();
    }
    try (Database database = database()) {
      assertThat(open(database, "weft.local").trustBundle().fingerprint()).isEqualTo(before);
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(keyFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void noPrivateKeyIsReadableInTheDatabase() throws Exception {
    try (Database database = database()) {
      open(database, "weft.local");
      List<byte[]> sealed =
          database.transactNow(
              handle ->
                  handle
                      .createQuery("SELECT sealed_key FROM authorities")
                      .mapTo(byte[].class)
                      .list());
      assertThat(sealed).hasSize(2);
      // PKCS#8 of an EC key holds the algorithm's identifier 1.2.840.10045.2.1.
      assertThat(sealed)
          .noneMatch(bytes -> contains(bytes, new byte[] {0x2a, (byte) 0x86, 0x48, (byte) 0xce}));
    }
  }

  @Test
  void nodesThatStartAtOnceShareOneAuthority() throws Exception {
    CyclicBarrier together = new CyclicBarrier(4);
    List<CompletableFuture<String>> starts = new ArrayList<>();
    for (int node = 0; node < together.getParties(); node++) {
      starts.add(
          CompletableFuture.supplyAsync(
              () -> startAndIssue(together), command -> Thread.ofPlatform().start(command)));
    }

    assertThat(starts.stream().map(CompletableFuture::join).distinct()).hasSize(1);
  }

  /** A whole start, the schema of an empty database included. */
  private String startAndIssue(CyclicBarrier together) {
    try {
      together.await(20, TimeUnit.SECONDS);
      try (Database database = database()) {
        CertificateAuthority authority = open(database, "weft.local");
        List<X509Certificate> chain =
            authority.issue(CATALOG, Csr.of(Csr.ec("secp256r1"), "SHA256withECDSA")).chain();
        validate(chain, authority.trustBundle(), now);
        return authority.trustBundle().fingerprint() + " " + chain.getLast().getSerialNumber();
      }
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  @Test
  void refusesAnotherTrustDomainAndSaysWhichOneItIs() {
    try (Database database = database()) {
      open(database, "weft.local");

      assertThatThrownBy(() -> open(database, "other.example"))
          .isInstanceOf(AuthorityException.class)
          .hasMessageContainingAll("weft.local", "other.example", "--trust-domain");
    }
  }

  @Test
  void refusesAMissingForeignOrOpenKeyFile() throws Exception {
    try (Database database = database()) {
      open(database, "weft.local");
      Path own = keyFile();

      Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rw-r--r--"));
      assertThatThrownBy(() -> open(database, "weft.local")).hasMessageContaining("chmod 600");

      Files.move(own, folder.resolve("away"));
      assertThatThrownBy(() -> open(database, "weft.local"))
          .hasMessageContainingAll(own.toString(), "is missing", "--ca-key-file");
      assertThat(own).doesNotExist();

      KeyEncryptionKey.loadOrCreate(own);
      assertThatThrownBy(() -> open(database, "weft.local"))
          .hasMessageContainingAll("another key file", "--ca-key-file");
    }
  }

  @Test
  void aNewIntermediateIsMadeInTimeAndBothChainsVerify() throws Exception {
    try (Database database = database()) {
      CertificateAuthority authority = open(database, "weft.local");
      CertificateAuthority otherNode = open(database, "weft.local");
      byte[] csr = Csr.of(Csr.ec("secp256r1"), "SHA256withECDSA");
      assertThat(authority.refresh().toCompletableFuture().join()).isFalse();

      now = now.plus(Duration.ofDays(300));
      IssuedCertificate old = authority.issue(CATALOG, csr);
      assertThat(authority.refresh().toCompletableFuture().join()).isTrue();
      IssuedCertificate fresh = authority.issue(CATALOG, csr);

      assertThat(fresh.chain().get(1)).isNotEqualTo(old.chain().get(1));
      validate(old.chain(), authority.trustBundle(), now);
      validate(fresh.chain(), authority.trustBundle(), now);
      assertThat(otherNode.refresh().toCompletableFuture().join()).isTrue();
      assertThat(otherNode.issue(CATALOG, csr).chain().get(1)).isEqualTo(fresh.chain().get(1));
    }
  }

  /** The mesh's database, which a node opens. */
  Database database() {
    return Database.sqlite(folder);
  }

  private CertificateAuthority open(Database database, String trustDomain) {
    return CertificateAuthority.open(
        new AuthoritySettings(trustDomain, keyFile(), AuthoritySettings.WORKLOAD_LIFETIME),
        database,
        clock);
  }

  private Path keyFile() {
    return folder.resolve("ca.key");
  }

  private static void validate(List<X509Certificate> chain, TrustBundle bundle, Instant at)
      throws Exception {
    PKIXParameters parameters =
        new PKIXParameters(Set.of(new TrustAnchor(bundle.roots().getFirst(), null)));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(at));
    CertPathValidator.getInstance("PKIX")
        .validate(CertificateFactory.getInstance("X.509").generateCertPath(chain), parameters);
  }

  private static boolean contains(byte[] bytes, byte[] part) {
    for (int start = 0; start + part.length <= bytes.length; start++) {
      if (java.util.Arrays.equals(bytes, start, start + part.length, part, 0, part.length)) {
        return true;
      }
    }
    return false;
  }
}
