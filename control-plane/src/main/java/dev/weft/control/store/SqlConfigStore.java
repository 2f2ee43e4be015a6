package dev.weft.control.store;

import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.store.ApplyResult.Applied;
import dev.weft.control.store.ApplyResult.Conflict;
import dev.weft.control.store.ApplyResult.Refused;
import dev.weft.control.store.ApplyResult.UnknownRevision;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The configuration in a database that several nodes may share. */
public final class SqlConfigStore implements ConfigStore {
  private static final Logger LOG = LoggerFactory.getLogger(SqlConfigStore.class);

  private final Database database;
  private final ConfigTables tables;
  private final SnapshotFeed feed;
  private final Clock clock;
  private final ScheduledExecutorService poller;
  private final AtomicBoolean refreshing = new AtomicBoolean();

  private SqlConfigStore(
      Database database, ConfigTables tables, ConfigSnapshot first, Clock clock) {
    this.database = database;
    this.tables = tables;
    this.feed = new SnapshotFeed(first);
    this.clock = clock;
    this.poller =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("weft-config-poll").daemon().factory());
  }

  /**
   * Loads the configuration; blocks, so never on an event loop.
   *
   * @param poll how often revisions of other nodes are looked for, besides {@link #refresh}
   * @throws DatabaseException when what is stored is damaged
   */
  public static SqlConfigStore open(
      Database database, ResourceReader reader, Duration poll, Clock clock) {
    return open(database, reader, poll, clock, ConfigTables.KEPT_REVISIONS);
  }

  /** Like the other, with the number of revisions that are kept. */
  static SqlConfigStore open(
      Database database, ResourceReader reader, Duration poll, Clock clock, int kept) {
    var tables = new ConfigTables(database.dialect(), reader, kept);
    ConfigSnapshot first = database.transactNow(tables::load);
    var store = new SqlConfigStore(database, tables, first, clock);
    store.poller.scheduleWithFixedDelay(
        store::poll, poll.toMillis(), poll.toMillis(), TimeUnit.MILLISECONDS);
    LOG.atInfo()
        .addKeyValue("revision", first.revision())
        .addKeyValue("resources", first.resources().size())
        .log("configuration is loaded");
    return store;
  }

  @Override
  public ConfigSnapshot current() {
    return feed.current();
  }

  @Override
  public CompletionStage<ApplyResult> apply(
      ChangeSet changes, @Nullable Long expectedRevision, String author) {
    return commit((h, newest) -> new Proposal(changes, "apply", null), expectedRevision, author);
  }

  @Override
  public CompletionStage<ApplyResult> dryRun(ChangeSet changes, @Nullable Long expectedRevision) {
    return database.call(
        h -> {
          // Read first: what this node knows is then never newer than the head.
          ConfigSnapshot known = feed.current();
          long head = tables.head(h);
          if (expectedRevision != null && expectedRevision != head) {
            return new Conflict(expectedRevision, head);
          }
          ChangePlan plan = ChangePlan.of(tables.advance(h, known, head), changes);
          return plan.violations().isEmpty()
              ? new Applied(head, plan.changes())
              : new Refused(plan.violations());
        });
  }

  @Override
  public CompletionStage<ApplyResult> rollback(
      long revision, @Nullable Long expectedRevision, String author) {
    return commit((h, newest) -> backTo(h, newest, revision), expectedRevision, author);
  }

  private Proposal backTo(Handle h, ConfigSnapshot newest, long revision) {
    long oldest = tables.oldest(h, newest.revision()) - 1;
    if (revision < oldest || revision > newest.revision()) {
      return new Proposal(
          new ChangeSet(List.of(), List.of()),
          "",
          new UnknownRevision(revision, oldest, newest.revision()));
    }
    Map<ResourceId, StoredResource> then = tables.documentsAt(h, newest, revision);
    List<ResourceDocument> puts = then.values().stream().map(StoredResource::document).toList();
    List<ResourceId> deletes = new ArrayList<>(newest.resources().keySet());
    deletes.removeAll(then.keySet());
    return new Proposal(new ChangeSet(puts, deletes), "rollback to " + revision, null);
  }

  /** What to do once the head is locked; a refusal ends it. */
  private record Proposal(ChangeSet changes, String cause, @Nullable ApplyResult refusal) {}

  private interface Proposer {
    Proposal propose(Handle h, ConfigSnapshot newest);
  }

  private record Outcome(ApplyResult result, ConfigSnapshot snapshot) {}

  private CompletionStage<ApplyResult> commit(
      Proposer proposer, @Nullable Long expectedRevision, String author) {
    return database
        .transact(h -> commit(h, proposer, expectedRevision, author))
        .thenApply(
            outcome -> {
              feed.publish(outcome.snapshot());
              return outcome.result();
            });
  }

  private Outcome commit(
      Handle h, Proposer proposer, @Nullable Long expectedRevision, String author) {
    long head = tables.lockedHead(h);
    ConfigSnapshot newest = tables.advance(h, feed.current(), head);
    if (expectedRevision != null && expectedRevision != head) {
      return new Outcome(new Conflict(expectedRevision, head), newest);
    }
    Proposal proposal = proposer.propose(h, newest);
    if (proposal.refusal() != null) {
      return new Outcome(proposal.refusal(), newest);
    }
    ChangePlan plan = ChangePlan.of(newest, proposal.changes());
    if (!plan.violations().isEmpty()) {
      return new Outcome(new Refused(plan.violations()), newest);
    }
    if (plan.changes().isEmpty()) {
      return new Outcome(new Applied(head, List.of()), newest);
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    var revision = new Revision(head + 1, now, author, proposal.cause(), plan.changes().size());
    tables.write(h, head, plan.changes(), revision);
    String action = "config." + proposal.cause().split(" ", 2)[0];
    SqlAuditLog.insert(
        h, now, author, action, subject(plan.changes()), revision.number(), proposal.cause());
    return new Outcome(new Applied(revision.number(), plan.changes()), plan.next());
  }

  private static String subject(List<Change> changes) {
    Change first = changes.getFirst();
    return changes.size() == 1
        ? first.id().toString()
        : first.id() + " and " + (changes.size() - 1) + " more";
  }

  @Override
  public CompletionStage<List<Revision>> history(
      @Nullable Long before, @Nullable ResourceId resource, int limit) {
    return database.call(h -> tables.history(h, before, resource, limit));
  }

  @Override
  public CompletionStage<Optional<Revision>> revision(long number) {
    return database.call(h -> tables.revision(h, number));
  }

  @Override
  public CompletionStage<List<Change>> diff(long revision) {
    return database.call(h -> tables.changes(h, revision));
  }

  @Override
  public CompletionStage<Long> refresh() {
    return database
        .call(h -> tables.advance(h, feed.current(), tables.head(h)))
        .thenApply(
            newest -> {
              feed.publish(newest);
              return newest.revision();
            });
  }

  private void poll() {
    // A slow database must not pile up polls.
    if (!refreshing.compareAndSet(false, true)) {
      return;
    }
    refresh()
        .whenComplete(
            (_, failure) -> {
              refreshing.set(false);
              if (failure != null) {
                LOG.atWarn()
                    .addKeyValue("revision", feed.current().revision())
                    .log("cannot look for newer configuration: {}", failure.getMessage());
              }
            });
  }

  @Override
  public Watch watch(Consumer<ConfigSnapshot> listener) {
    return feed.watch(listener);
  }

  @Override
  public void close() {
    poller.shutdownNow();
    feed.close();
  }
}
