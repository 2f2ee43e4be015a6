package dev.weft.control.identity;

import dev.weft.control.identity.AuthorityRepository.Role;
import dev.weft.control.identity.AuthorityRepository.Row;
import dev.weft.control.identity.CertificateProfiles.Issuer;
import dev.weft.control.store.Database;
import java.io.IOException;
import java.nio.file.Files;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mesh's certificate authority: a root and an intermediate that signs. The first node of a mesh
 * makes them; every other node, and every later start, reads them from the database. Thread-safe.
 */
public final class CertificateAuthority {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateAuthority.class);

  /** A new intermediate is made when this much of the old one's life is left. */
  static final Duration RENEW_BEFORE = CertificateProfiles.INTERMEDIATE_LIFETIME.dividedBy(3);

  private final AuthoritySettings settings;
  private final Database database;
  private final InstantSource clock;
  private final KeyEncryptionKey sealing;
  private final CertificateProfiles profiles;
  private volatile Signing signing;

  /** What is signed with, replaced as a whole. */
  private record Signing(TrustBundle bundle, Row root, Row intermediate, Issuer issuer) {}

  private CertificateAuthority(
      AuthoritySettings settings,
      Database database,
      InstantSource clock,
      KeyEncryptionKey sealing,
      CertificateProfiles profiles,
      List<Row> rows) {
    this.settings = settings;
    this.database = database;
    this.clock = clock;
    this.sealing = sealing;
    this.profiles = profiles;
    this.signing = signing(rows);
  }

  /**
   * Reads the mesh's authority, or makes it where there is none. Blocks: for starting up.
   *
   * @throws AuthorityException when the key file is missing, readable by others, or not the one
   *     that sealed the database's keys, or the mesh has another trust domain
   */
  public static CertificateAuthority open(
      AuthoritySettings settings, Database database, InstantSource clock) {
    CertificateProfiles profiles = new CertificateProfiles(settings.trustDomain());
    List<Row> rows = database.transactNow(AuthorityRepository::all);
    if (!rows.isEmpty() && !Files.exists(settings.keyFile())) {
      throw new AuthorityException(
          "the mesh has a CA but its key file "
              + settings.keyFile()
              + " is missing: restore it from a backup, or copy ca.key from another node and give it with"
              + " --ca-key-file",
          null);
    }
    KeyEncryptionKey sealing;
    try {
      sealing = KeyEncryptionKey.loadOrCreate(settings.keyFile());
    } catch (IOException e) {
      throw new AuthorityException("the CA cannot start: " + reason(e), e);
    }
    if (rows.isEmpty()) {
      rows = create(database, profiles, sealing, clock.instant());
    }
    CertificateAuthority authority =
        new CertificateAuthority(settings, database, clock, sealing, profiles, rows);
    LOG.atInfo()
        .addKeyValue("trust_domain", settings.trustDomain())
        .addKeyValue("root_sha256", authority.trustBundle().fingerprint())
        .log("certificate authority is ready");
    return authority;
  }

  private static List<Row> create(
      Database database, CertificateProfiles profiles, KeyEncryptionKey sealing, Instant now) {
    Issuer root = profiles.root(now);
    Row rootRow = Row.seal(Role.ROOT, 1, root, sealing);
    Row intermediateRow = Row.seal(Role.INTERMEDIATE, 1, profiles.intermediate(root, now), sealing);
    return database.transactNow(
        handle -> {
          // Where several first nodes start at once the database lets one of them win; all use what
          // it made.
          if (AuthorityRepository.insert(handle, rootRow, now)) {
            AuthorityRepository.insert(handle, intermediateRow, now);
          }
          return AuthorityRepository.all(handle);
        });
  }

  /** The trust domain all identities are in. */
  public String trustDomain() {
    return settings.trustDomain();
  }

  /** What only nodes that hold the CA's key file know; by it they recognise each other. */
  public String clusterSecret() {
    return sealing.clusterSecret();
  }

  /** The roots to trust now; a volatile read. */
  public TrustBundle trustBundle() {
    return signing.bundle();
  }

  /** When the certificate that signs now ends. */
  public Instant intermediateNotAfter() {
    return signing.intermediate().certificate().getNotAfter().toInstant();
  }

  /**
   * Issues a certificate for {@code id} to the key in {@code csr} (PKCS#10, DER). The caller has
   * been authenticated as {@code id} before. Costs about a millisecond of CPU: not for event loops.
   */
  public IssuedCertificate issue(WorkloadId id, byte[] csr) throws RefusedException {
    SigningRequest request = SigningRequest.verify(csr);
    Signing now = signing;
    X509Certificate leaf =
        profiles.workload(
            id, request.publicKey(), now.issuer(), settings.workloadLifetime(), clock.instant());
    return new IssuedCertificate(
        List.of(leaf, now.issuer().certificate()), id.spiffeId(settings.trustDomain()));
  }

  /** A key and a chain, root included, for the control plane's own listener. */
  ServerKey issueServer(List<String> hosts, Duration lifetime) {
    Signing now = signing;
    Issuer own = profiles.server(hosts, now.issuer(), lifetime, clock.instant());
    return new ServerKey(
        own.key(),
        List.of(own.certificate(), now.issuer().certificate(), now.root().certificate()));
  }

  /**
   * Makes a new intermediate when the present one nears its end, and takes over what other nodes
   * have made. Completes with whether anything changed; what was in use stays in use when it fails.
   */
  public CompletionStage<Boolean> refresh() {
    return database
        .call(AuthorityRepository::all)
        .thenCompose(
            rows -> {
              Instant now = clock.instant();
              if (!adopt(rows) && !due(now)) {
                return CompletableFuture.completedStage(false);
              }
              return due(now) ? renewIntermediate(now) : CompletableFuture.completedStage(true);
            });
  }

  private CompletionStage<Boolean> renewIntermediate(Instant now) {
    Signing old = signing;
    Issuer root = old.root().open(sealing, settings.keyFile().toString());
    Row row =
        Row.seal(
            Role.INTERMEDIATE,
            old.intermediate().generation() + 1,
            profiles.intermediate(root, now),
            sealing);
    return database
        .transact(
            handle -> {
              AuthorityRepository.insert(handle, row, now);
              return AuthorityRepository.all(handle);
            })
        .thenApply(this::adopt);
  }

  private boolean due(Instant now) {
    return intermediateNotAfter().isBefore(now.plus(RENEW_BEFORE));
  }

  private synchronized boolean adopt(List<Row> rows) {
    Signing old = signing;
    Signing fresh = signing(rows);
    boolean same =
        old.intermediate().generation() == fresh.intermediate().generation()
            && old.bundle().equals(fresh.bundle());
    if (!same) {
      signing = fresh;
      LOG.info("the CA signs with intermediate {} from now on", fresh.intermediate().generation());
    }
    return !same;
  }

  private Signing signing(List<Row> rows) {
    List<Row> roots = rows.stream().filter(row -> row.role() == Role.ROOT).toList();
    Row intermediate =
        rows.stream()
            .filter(row -> row.role() == Role.INTERMEDIATE)
            .findFirst()
            .orElseThrow(CertificateAuthority::incomplete);
    if (roots.isEmpty()) {
      throw incomplete();
    }
    Row root = roots.getFirst();
    requireTrustDomain(root.certificate());
    Instant now = clock.instant();
    List<X509Certificate> bundle =
        roots.stream()
            .map(Row::certificate)
            .filter(certificate -> certificate.getNotAfter().toInstant().isAfter(now))
            .toList();
    if (bundle.isEmpty()) {
      throw new AuthorityException(
          "the CA's root ended on "
              + root.certificate().getNotAfter().toInstant()
              + ": check the clock",
          null);
    }
    return new Signing(
        new TrustBundle(bundle),
        root,
        intermediate,
        intermediate.open(sealing, settings.keyFile().toString()));
  }

  private void requireTrustDomain(X509Certificate root) {
    String wanted = "spiffe://" + settings.trustDomain();
    try {
      Collection<List<?>> names = root.getSubjectAlternativeNames();
      String found =
          names == null || names.isEmpty() ? "" : String.valueOf(names.iterator().next().get(1));
      if (!found.equals(wanted)) {
        throw new AuthorityException(
            "the mesh's trust domain is "
                + found.replaceFirst("^spiffe://", "")
                + ", not "
                + settings.trustDomain()
                + ": start with --trust-domain "
                + found.replaceFirst("^spiffe://", ""),
            null);
      }
    } catch (CertificateParsingException e) {
      throw new AuthorityException("the CA's root certificate is damaged", e);
    }
  }

  private static AuthorityException incomplete() {
    return new AuthorityException(
        "the CA in the database is incomplete: restore the database from a backup", null);
  }

  private static String reason(IOException e) {
    String message = String.valueOf(e.getMessage());
    // File systems say only the file's name.
    return message.contains(" ") ? message : e.getClass().getSimpleName() + " on " + message;
  }
}
