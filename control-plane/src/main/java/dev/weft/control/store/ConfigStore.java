package dev.weft.control.store;

import dev.weft.control.resource.ResourceId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of the mesh and its history. Every method may be called from any thread and
 * never blocks; stages complete on a database worker and fail with {@link DatabaseException}.
 */
public interface ConfigStore extends AutoCloseable {
  /** The newest revision this node knows; a volatile read. */
  ConfigSnapshot current();

  /**
   * Makes a change, all of it or nothing. When the stage completes with {@link
   * ApplyResult.Applied}, it is on disk and {@link #current()} of this node has it.
   *
   * @param expectedRevision null: whatever the revision is; else the change conflicts unless it is
   *     the newest
   */
  CompletionStage<ApplyResult> apply(
      ChangeSet changes, @Nullable Long expectedRevision, String author);

  /** What {@link #apply} would come to, without doing it. */
  CompletionStage<ApplyResult> dryRun(ChangeSet changes, @Nullable Long expectedRevision);

  /** Makes a new revision with the content of an old one. */
  CompletionStage<ApplyResult> rollback(
      long revision, @Nullable Long expectedRevision, String author);

  /**
   * Revisions, newest first.
   *
   * @param before only below this; null: from the newest
   * @param resource only those that touched it; null: all
   * @param limit 1..1000
   */
  CompletionStage<List<Revision>> history(
      @Nullable Long before, @Nullable ResourceId resource, int limit);

  /** One revision, unless it is unknown or no longer kept. */
  CompletionStage<Optional<Revision>> revision(long number);

  /** What a revision changed; empty where it is unknown or no longer kept. */
  CompletionStage<List<Change>> diff(long revision);

  /**
   * Reads revisions other nodes have written.
   *
   * @return the newest revision
   */
  CompletionStage<Long> refresh();

  /**
   * Calls the listener with every new snapshot from now on, in order, on one thread of the store;
   * it must return quickly. Snapshots may be skipped when several revisions arrive at once.
   */
  Watch watch(Consumer<ConfigSnapshot> listener);

  @Override
  void close();

  /** A registration that ends when closed. */
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }
}
