package dev.weft.control.store;

import static dev.weft.control.store.Examples.id;
import static dev.weft.control.store.Examples.policyFor;
import static dev.weft.control.store.Examples.put;
import static dev.weft.control.store.Examples.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.resource.Kind;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.store.ApplyResult.Applied;
import dev.weft.control.store.ApplyResult.Conflict;
import dev.weft.control.store.ApplyResult.Refused;
import dev.weft.control.store.ApplyResult.UnknownRevision;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store promises, whichever database it is on. */
abstract class StoreContract {
  private static final Duration SELDOM = Duration.ofHours(1);

  private final List<AutoCloseable> opened = new ArrayList<>();
  private Database database;
  private SqlConfigStore store;

  /** Opens the test's database; the first time it is empty. */
  abstract Database open();

  @BeforeEach
  void start() {
    database = database();
    store = store(database, SELDOM);
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private Database database() {
    Database opening = open();
    opened.add(opening);
    return opening;
  }

  private SqlConfigStore store(Database on, Duration poll) {
    var opening = SqlConfigStore.open(on, Examples.READER, poll, Clock.systemUTC());
    opened.add(opening);
    return opening;
  }

  @Test
  void aChangeIsOneRevisionAndSurvivesARestart() {
    assertThat(store.current()).isEqualTo(ConfigSnapshot.EMPTY);

    ApplyResult result = now(store.apply(put(service("a", 80), policyFor("a")), 0L, "ann"));

    assertThat(result)
        .isInstanceOfSatisfying(
            Applied.class,
            applied -> {
              assertThat(applied.revision()).isEqualTo(1);
              assertThat(applied.changes())
                  .extracting(c -> c.id().name())
                  .containsExactly("a", "a");
            });
    assertThat(store.current().revision()).isEqualTo(1);
    assertThat(store.current().find(id(Kind.SERVICE, "a"))).contains(service("a", 80).resource());
    assertThat(store(database(), SELDOM).current()).isEqualTo(store.current());
  }

  @Test
  void aStaleRevisionConflictsAndChangesNothing() {
    now(store.apply(put(service("a", 80)), null, "ann"));

    assertThat(now(store.apply(put(service("b", 80)), 0L, "bob"))).isEqualTo(new Conflict(0, 1));
    assertThat(now(store.dryRun(put(service("b", 80)), 7L))).isEqualTo(new Conflict(7, 1));
    assertThat(store.current().resources()).hasSize(1);
  }

  @Test
  void aConfigurationThatDoesNotHoldTogetherIsRefusedWhole() {
    ApplyResult result = now(store.apply(put(service("a", 80), policyFor("nobody")), null, "ann"));

    assertThat(result)
        .isInstanceOfSatisfying(
            Refused.class,
            refused ->
                assertThat(refused.violations())
                    .extracting(v -> v.path())
                    .containsExactly("/spec/targetRef/name"));
    assertThat(store.current()).isEqualTo(ConfigSnapshot.EMPTY);

    now(store.apply(put(service("a", 80), policyFor("a")), null, "ann"));
    assertThat(now(store.apply(ChangeSet.delete(id(Kind.SERVICE, "a")), null, "ann")))
        .isInstanceOf(Refused.class);
    assertThat(now(store.apply(ChangeSet.delete(id(Kind.SERVICE, "zzz")), null, "ann")))
        .isInstanceOf(Refused.class);
  }

  @Test
  void theSameAgainIsNoRevision() {
    now(store.apply(put(service("a", 80)), null, "ann"));

    assertThat(now(store.apply(put(service("a", 80)), null, "ann")))
        .isEqualTo(new Applied(1, List.of()));
  }

  @Test
  void aDryRunSaysWhatWouldChangeAndChangesNothing() {
    assertThat(now(store.dryRun(put(service("a", 80)), null)))
        .isInstanceOfSatisfying(Applied.class, a -> assertThat(a.changes()).hasSize(1));
    assertThat(now(store.refresh())).isZero();
  }

  @Test
  void historySaysWhoDidWhatAndCanBeGoneBackTo() {
    now(store.apply(put(service("a", 80)), null, "ann"));
    now(store.apply(put(service("a", 81), service("b", 80)), null, "bob"));
    now(store.apply(ChangeSet.delete(id(Kind.SERVICE, "a")), null, "cid"));

    assertThat(now(store.history(null, null, 10)))
        .extracting(Revision::number, Revision::author, Revision::cause, Revision::changes)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(3L, "cid", "apply", 1),
            org.assertj.core.groups.Tuple.tuple(2L, "bob", "apply", 2),
            org.assertj.core.groups.Tuple.tuple(1L, "ann", "apply", 1));
    assertThat(now(store.history(3L, id(Kind.SERVICE, "b"), 10)))
        .extracting(Revision::number)
        .containsExactly(2L);
    assertThat(now(store.diff(2)).getFirst().before()).contains(":80");
    assertThat(now(store.diff(2)).getFirst().after()).contains(":81");

    assertThat(now(store.rollback(1, 3L, "dan")))
        .isInstanceOfSatisfying(Applied.class, a -> assertThat(a.revision()).isEqualTo(4));
    assertThat(store.current().resources().keySet()).containsExactly(id(Kind.SERVICE, "a"));
    assertThat(store.current().find(id(Kind.SERVICE, "a"))).contains(service("a", 80).resource());
    assertThat(now(store.revision(4)).orElseThrow().cause()).isEqualTo("rollback to 1");
    assertThat(now(store.rollback(9, null, "dan"))).isEqualTo(new UnknownRevision(9, 0, 4));
    assertThat(now(store.rollback(0, null, "dan"))).isInstanceOf(Applied.class);
    assertThat(store.current().resources()).isEmpty();
    assertThat(now(new SqlAuditLog(database, Clock.systemUTC()).list(null, 10)))
        .extracting(AuditLog.Entry::action)
        .containsExactly(
            "config.rollback", "config.rollback", "config.apply", "config.apply", "config.apply");
  }

  /** History is bounded; a node that has missed more of it than is kept reads everything anew. */
  @Test
  void onlySoManyRevisionsAreKept() {
    SqlConfigStore behind = store(database(), SELDOM);
    var forgetful = SqlConfigStore.open(database, Examples.READER, SELDOM, Clock.systemUTC(), 3);
    opened.add(forgetful);
    for (int i = 1; i <= 8; i++) {
      now(forgetful.apply(put(service("s" + i, i)), null, "ann"));
    }

    assertThat(now(forgetful.history(null, null, 10)))
        .extracting(Revision::number)
        .containsExactly(8L, 7L, 6L);
    assertThat(now(forgetful.diff(5))).isEmpty();
    assertThat(now(forgetful.rollback(4, null, "ann"))).isEqualTo(new UnknownRevision(4, 5, 8));
    assertThat(now(behind.refresh())).isEqualTo(8);
    assertThat(behind.current()).isEqualTo(forgetful.current());
    assertThat(now(forgetful.rollback(5, null, "ann"))).isInstanceOf(Applied.class);
    assertThat(forgetful.current().resources()).hasSize(5);
  }

  @Test
  void anotherNodeSeesAChangeWhenItRefreshesOrPolls() {
    SqlConfigStore other = store(database(), SELDOM);
    SqlConfigStore polling = store(database(), Duration.ofMillis(20));
    List<Long> seen = new CopyOnWriteArrayList<>();
    polling.watch(snapshot -> seen.add(snapshot.revision()));

    now(store.apply(put(service("a", 80)), null, "ann"));

    assertThat(now(other.refresh())).isEqualTo(1);
    assertThat(other.current()).isEqualTo(store.current());
    await().untilAsserted(() -> assertThat(seen).containsExactly(1L));
    assertThat(polling.current()).isEqualTo(store.current());
  }

  /** Nodes that write at once, some on a stale revision: no change is lost, none is half done. */
  @Test
  void nodesThatWriteAtOnceAgree() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<SqlConfigStore> nodes = List.of(store, store(database(), SELDOM));
    List<CompletionStage<ApplyResult>> results = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      ResourceDocument document = service("s" + random.nextInt(8), 1 + i);
      SqlConfigStore node = nodes.get(random.nextInt(2));
      Long expected = random.nextBoolean() ? null : node.current().revision();
      results.add(node.apply(put(document), expected, "n" + i));
    }
    List<Long> applied = new ArrayList<>();
    for (CompletionStage<ApplyResult> result : results) {
      if (now(result) instanceof Applied(long revision, List<Change> changes)
          && !changes.isEmpty()) {
        applied.add(revision);
      }
    }
    nodes.forEach(node -> now(node.refresh()));

    assertThat(applied)
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.rangeClosed(1, applied.size()).mapToObj(Long::valueOf).toList());
    assertThat(nodes.get(1).current()).isEqualTo(store.current());
    assertThat(store(database(), SELDOM).current()).isEqualTo(store.current());
  }

  @Test
  void sidecarsAreSharedBetweenNodes() {
    var repository = new SqlInstanceRepository(database);
    var elsewhere = new SqlInstanceRepository(database());
    Instant t = Instant.ofEpochMilli(1_800_000_000_000L);
    Instance one = instance("one", "n1", t);
    now(repository.upsert(one));
    now(repository.upsert(instance("two", "n1", t)));
    now(elsewhere.upsert(instance("three", "n2", t)));

    assertThat(now(elsewhere.listAll()))
        .extracting(Instance::proxyId)
        .containsExactly("one", "three", "two");
    assertThat(now(elsewhere.listAll())).contains(one);
    // It has reconnected to n2 before n1 noticed that its stream ended.
    now(elsewhere.upsert(instance("two", "n2", t)));
    assertThat(now(repository.markDisconnected("two", "n1", t))).isFalse();
    assertThat(now(repository.markDisconnected("one", "n1", t))).isTrue();
    assertThat(now(repository.markDisconnected("one", "n1", t))).isFalse();
    assertThat(now(elsewhere.markNodeGone("n2", t.plusSeconds(5)))).isEqualTo(2);
    assertThat(now(elsewhere.deleteDisconnectedBefore(t.plusSeconds(1)))).isEqualTo(1);
    assertThat(now(elsewhere.delete("three", "n1"))).isFalse();
    assertThat(now(elsewhere.delete("three", "n2"))).isTrue();
    assertThat(now(repository.listAll()))
        .singleElement()
        .satisfies(
            left -> {
              assertThat(left.proxyId()).isEqualTo("two");
              assertThat(left.disconnectedAt()).isEqualTo(t.plusSeconds(5));
            });
  }

  private static Instance instance(String id, String node, Instant at) {
    return new Instance(
        id,
        "shop",
        "catalog",
        "127.0.0.1",
        15006,
        Map.of("grpc", 8080),
        Map.of("version", "v1"),
        node,
        true,
        null,
        at);
  }

  @Test
  void nodesLeaveHeartbeats() {
    var nodes = new SqlNodeRepository(database);
    Instant t = Instant.ofEpochMilli(1_800_000_000_000L);
    var first = new NodeRepository.Node("n1", "127.0.0.1:1", "127.0.0.1:2", t, t);
    now(nodes.heartbeat(first));
    var later = new NodeRepository.Node("n1", "127.0.0.1:1", "127.0.0.1:2", t, t.plusSeconds(9));
    now(nodes.heartbeat(later));
    assertThat(now(nodes.listAll())).containsExactly(later);
    now(nodes.remove("n1"));
    assertThat(now(nodes.listAll())).isEmpty();
  }

  static <T> T now(CompletionStage<T> stage) {
    return stage.toCompletableFuture().orTimeout(30, java.util.concurrent.TimeUnit.SECONDS).join();
  }
}
