package dev.weft.control.identity;

import dev.weft.control.identity.RefusedException.Kind;
import dev.weft.control.store.Database;
import dev.weft.control.store.DatabaseException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Join tokens: made here, shown once, kept as a hash. A token may be used by any number of
 * instances of its service until it expires or is revoked. Never blocks; stages complete on a
 * database worker.
 */
public final class JoinTokens {
  /** The longest a token may live. */
  public static final Duration MAX_TTL = Duration.ofDays(30);

  private static final String SELECT =
      "SELECT id, namespace, service, secret_hash, created_at, expires_at, revoked_at"
          + " FROM join_tokens";
  private static final int MAX_LIVE = 10_000;
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 8;

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();

  JoinTokens(Database database, InstantSource clock) {
    this.database = database;
    this.clock = clock;
  }

  /** A token's row: everything but its secret. */
  record Row(
      String id,
      WorkloadId workload,
      byte[] secretHash,
      Instant createdAt,
      Instant expiresAt,
      @Nullable Instant revokedAt) {}

  /**
   * Makes a token. Fails with IllegalArgumentException where {@code ttl} is not 1 s to {@link
   * #MAX_TTL} or the workload is the control plane's own, and with DatabaseException where too many
   * tokens are alive.
   */
  CompletionStage<JoinToken> create(WorkloadId workload, Duration ttl, String caSha256) {
    if (ttl.compareTo(Duration.ofSeconds(1)) < 0 || ttl.compareTo(MAX_TTL) > 0) {
      return CompletableFuture.failedStage(
          new IllegalArgumentException(
              "ttl "
                  + ttl
                  + " is out of range: a join token lives 1 second to "
                  + MAX_TTL.toDays()
                  + " days"));
    }
    if (workload.namespace().equals(WorkloadId.SYSTEM_NAMESPACE)) {
      return CompletableFuture.failedStage(
          new IllegalArgumentException(
              "namespace "
                  + WorkloadId.SYSTEM_NAMESPACE
                  + " is the control plane's own: choose another for services"));
    }
    Instant now = clock.instant();
    JoinToken token =
        new JoinToken(
            HexFormat.of().formatHex(bytes(ID_BYTES)),
            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(SECRET_BYTES)),
            workload,
            Instant.ofEpochSecond(now.plus(ttl).getEpochSecond()),
            caSha256);
    return database.transact(handle -> insert(handle, token, now));
  }

  private static JoinToken insert(Handle handle, JoinToken token, Instant now) {
    // An expired token stays a day, so that its holder is told that it expired.
    handle
        .createUpdate("DELETE FROM join_tokens WHERE expires_at < :before")
        .bind("before", now.minus(Duration.ofDays(1)).toEpochMilli())
        .execute();
    long live = handle.createQuery("SELECT count(*) FROM join_tokens").mapTo(Long.class).one();
    if (live >= MAX_LIVE) {
      throw new DatabaseException(
          "there are "
              + live
              + " join tokens already: revoke some, or give one token to all instances of a service",
          null);
    }
    handle
        .createUpdate(
            "INSERT INTO join_tokens (id, namespace, service, secret_hash, created_at, expires_at)"
                + " VALUES (:id, :namespace, :service, :hash, :now, :expires)")
        .bind("id", token.id())
        .bind("namespace", token.workload().namespace())
        .bind("service", token.workload().service())
        .bind("hash", hash(token.secret()))
        .bind("now", now.toEpochMilli())
        .bind("expires", token.expiresAt().toEpochMilli())
        .execute();
    return token;
  }

  /**
   * Completes with the token's row if it is genuine and usable now, else fails with a {@link
   * RefusedException}.
   */
  CompletionStage<Row> verify(JoinToken token) {
    return database
        .call(handle -> find(handle, token.id()))
        .thenCompose(
            found -> {
              try {
                return CompletableFuture.completedStage(check(token, found));
              } catch (RefusedException e) {
                return CompletableFuture.failedStage(e);
              }
            });
  }

  private Row check(JoinToken token, Optional<Row> found) throws RefusedException {
    byte[] expected = found.map(Row::secretHash).orElseGet(() -> new byte[32]);
    boolean genuine = MessageDigest.isEqual(hash(token.secret()), expected);
    if (found.isEmpty() || !genuine) {
      throw new RefusedException(
          Kind.UNAUTHENTICATED,
          "the join token is not known to this mesh: make one with 'weft token create'");
    }
    Row row = found.get();
    if (row.revokedAt() != null) {
      throw new RefusedException(
          Kind.UNAUTHENTICATED,
          "join token " + row.id() + " was revoked: make one with 'weft token create'");
    }
    // The database's word counts; what the token says of itself is only for its holder.
    if (!clock.instant().isBefore(row.expiresAt())) {
      throw new RefusedException(
          Kind.UNAUTHENTICATED,
          "join token "
              + row.id()
              + " expired at "
              + row.expiresAt()
              + ": make one with 'weft token create'");
    }
    return row;
  }

  /** Tokens that can be used now, the newest first. */
  CompletionStage<List<Row>> usable() {
    long now = clock.millis();
    return database.call(
        handle ->
            handle
                .createQuery(
                    SELECT
                        + " WHERE expires_at > :now AND revoked_at IS NULL ORDER BY created_at DESC, id")
                .bind("now", now)
                .map((columns, context) -> row(columns))
                .list());
  }

  /** Completes with the token's workload, or empty where no such token can be used. */
  CompletionStage<Optional<Row>> revoke(String id) {
    long now = clock.millis();
    return database.transact(
        handle -> {
          int changed =
              handle
                  .createUpdate(
                      "UPDATE join_tokens SET revoked_at = :now"
                          + " WHERE id = :id AND revoked_at IS NULL AND expires_at > :now")
                  .bind("id", id)
                  .bind("now", now)
                  .execute();
          return changed == 1 ? find(handle, id) : Optional.empty();
        });
  }

  private static Optional<Row> find(Handle handle, String id) {
    return handle
        .createQuery(SELECT + " WHERE id = :id")
        .bind("id", id)
        .map((columns, context) -> row(columns))
        .findOne();
  }

  private static Row row(ResultSet columns) throws SQLException {
    long revoked = columns.getLong("revoked_at");
    return new Row(
        columns.getString("id"),
        new WorkloadId(columns.getString("namespace"), columns.getString("service")),
        columns.getBytes("secret_hash"),
        Instant.ofEpochMilli(columns.getLong("created_at")),
        Instant.ofEpochMilli(columns.getLong("expires_at")),
        revoked == 0 ? null : Instant.ofEpochMilli(revoked));
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  // A plain hash is enough: the secret has 256 random bits, there is nothing to guess.
  private static byte[] hash(String secret) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
