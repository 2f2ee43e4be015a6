package dev.weft.control.identity;

import dev.weft.control.store.AuditLog;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** An audit log in memory. */
final class RecordedAudit implements AuditLog {
  final List<Entry> entries = new CopyOnWriteArrayList<>();

  @Override
  public CompletionStage<Void> append(String author, String action, String subject, String detail) {
    entries.add(new Entry(entries.size(), Instant.EPOCH, author, action, subject, null, detail));
    return CompletableFuture.completedStage(null);
  }

  @Override
  public CompletionStage<List<Entry>> list(@Nullable Long before, int limit) {
    return CompletableFuture.completedStage(List.copyOf(entries));
  }
}
