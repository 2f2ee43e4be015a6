package dev.weft.control.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.store.NodeRepository;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A node that leaves while its heartbeat is being written, which takes as long as a test says. */
class NodeDirectoryTest {
  private final SlowTable table = new SlowTable();
  private final NodeDirectory directory =
      new NodeDirectory(table, () -> Set.of("one"), "one", InstantSource.system());

  @BeforeEach
  void beginAHeartbeat() {
    directory.start("127.0.0.1:1", "127.0.0.1:2");
  }

  @Test
  void aHeartbeatUnderWayDoesNotBringBackANodeThatLeft() throws Exception {
    Thread leaving = leave();
    table.beat.complete(null);
    leaving.join();

    assertThat(table.rows).isEmpty();
    assertThat(table.removed.getCount()).isZero();
  }

  @Test
  void aHeartbeatThatFailsDoesNotKeepANodeFromLeaving() throws Exception {
    Thread leaving = leave();
    table.beat.completeExceptionally(new IllegalStateException("the disk is full"));
    leaving.join();

    assertThat(table.removed.getCount()).isZero();
  }

  /**
   * Closes the directory on a thread of its own, and returns when that has gone as far as it can.
   */
  private Thread leave() {
    Thread leaving = Thread.ofPlatform().start(directory::close);
    await()
        .until(
            () ->
                table.removed.getCount() == 0 || leaving.getState() == Thread.State.TIMED_WAITING);
    return leaving;
  }

  private static final class SlowTable implements NodeRepository {
    final Map<String, Node> rows = new ConcurrentHashMap<>();
    final CompletableFuture<Void> beat = new CompletableFuture<>();
    final CountDownLatch removed = new CountDownLatch(1);

    @Override
    public CompletionStage<Void> heartbeat(Node node) {
      return beat.thenRun(() -> rows.put(node.name(), node));
    }

    @Override
    public CompletionStage<Void> remove(String name) {
      rows.remove(name);
      removed.countDown();
      return CompletableFuture.completedStage(null);
    }

    @Override
    public CompletionStage<List<Node>> listAll() {
      return CompletableFuture.completedStage(List.copyOf(rows.values()));
    }
  }
}
