package dev.weft.control.store;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Who changed what; the newest 100,000 entries are kept. */
public interface AuditLog {
  /** Notes an action. Changes of the configuration note themselves. */
  CompletionStage<Void> append(String author, String action, String subject, String detail);

  /**
   * Entries, newest first.
   *
   * @param before only below this id; null: from the newest
   * @param limit 1..1000
   */
  CompletionStage<List<Entry>> list(@Nullable Long before, int limit);

  /**
   * An entry.
   *
   * @param action such as {@code config.apply} or {@code token.create}
   * @param revision the configuration's revision it made; null where it made none
   */
  record Entry(
      long id,
      Instant at,
      String author,
      String action,
      String subject,
      @Nullable Long revision,
      String detail) {}
}
