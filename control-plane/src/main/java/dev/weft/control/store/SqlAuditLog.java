package dev.weft.control.store;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** The audit log in the database. */
public final class SqlAuditLog implements AuditLog {
  private static final int KEPT = 100_000;
  private static final int MAX_TEXT = 1000;

  private final Database database;
  private final Clock clock;

  public SqlAuditLog(Database database, Clock clock) {
    this.database = database;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Void> append(String author, String action, String subject, String detail) {
    Instant now = clock.instant();
    return database.transact(
        h -> {
          insert(h, now, author, action, subject, null, detail);
          return null;
        });
  }

  /** Notes an action in the transaction that does it. */
  static void insert(
      Handle h,
      Instant at,
      String author,
      String action,
      String subject,
      @Nullable Long revision,
      String detail) {
    long id =
        h.createUpdate(
                """
                INSERT INTO audit (at, author, action, subject, revision, detail)
                VALUES (:at, :author, :action, :subject, :revision, :detail)""")
            .bind("at", at.toEpochMilli())
            .bind("author", bounded(author))
            .bind("action", action)
            .bind("subject", bounded(subject))
            .bind("revision", revision)
            .bind("detail", bounded(detail))
            .executeAndReturnGeneratedKeys("id")
            .mapTo(Long.class)
            .one();
    h.createUpdate("DELETE FROM audit WHERE id <= :old").bind("old", id - KEPT).execute();
  }

  @Override
  public CompletionStage<List<Entry>> list(@Nullable Long before, int limit) {
    return database.call(
        h ->
            h.createQuery("SELECT * FROM audit WHERE id < :before ORDER BY id DESC LIMIT :limit")
                .bind("before", before == null ? Long.MAX_VALUE : before)
                .bind("limit", Math.clamp(limit, 1, 1000))
                .map(
                    (row, _) -> {
                      long revision = row.getLong("revision");
                      return new Entry(
                          row.getLong("id"),
                          Instant.ofEpochMilli(row.getLong("at")),
                          row.getString("author"),
                          row.getString("action"),
                          row.getString("subject"),
                          revision == 0 ? null : revision,
                          row.getString("detail"));
                    })
                .list());
  }

  private static String bounded(String text) {
    return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT);
  }
}
