package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.discovery.WorkloadRegistry;
import dev.weft.control.store.Database;
import dev.weft.control.store.Instance;
import dev.weft.control.store.InstanceRepository;
import dev.weft.control.store.NodeRepository;
import dev.weft.control.store.SqlInstanceRepository;
import dev.weft.control.store.SqlNodeRepository;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes on one database, without sockets, and time by hand. */
class InstanceKeeperTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final HandClock clock = new HandClock();
  private Database database;
  private InstanceRepository instances;
  private NodeRepository nodes;
  private Node one;
  private Node two;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder);
    instances = new SqlInstanceRepository(database);
    nodes = new SqlNodeRepository(database);
    one = new Node("one");
    two = new Node("two");
  }

  @AfterEach
  void close() throws Exception {
    one.workloads.close();
    two.workloads.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    database.close();
  }

  @Test
  void aConnectedSidecarIsAWorkloadOnEveryNode() throws Exception {
    one.connect("1");

    get(two.keeper.tick());

    assertThat(two.workloads.current())
        .containsExactly(
            new MeshWorkload(
                "sidecar~shop~catalog~1",
                "shop",
                "catalog",
                "10.0.0.1",
                Map.of("grpc", 15006),
                Map.of("version", "v1"),
                1,
                true));
  }

  @Test
  void aSidecarThatSaysGoodbyeIsGoneAtOnce() throws Exception {
    IdleStream stream = one.connect("1");

    one.registry.disconnected(stream, true);

    await().until(() -> get(instances.listAll()).isEmpty());
    get(two.keeper.tick());
    assertThat(two.workloads.current()).isEmpty();
  }

  @Test
  void aBrokenStreamLeavesTheWorkloadForTheGracePeriod() throws Exception {
    IdleStream stream = one.connect("1");
    one.registry.disconnected(stream, false);
    await().until(() -> !get(instances.listAll()).getFirst().connected());

    clock.forward(Duration.ofSeconds(9));
    get(one.keeper.tick());
    assertThat(one.workloads.current()).hasSize(1);

    clock.forward(Duration.ofSeconds(2));
    get(one.keeper.tick());
    assertThat(one.workloads.current()).isEmpty();
  }

  @Test
  void aSidecarThatMovedToAnotherNodeStays() throws Exception {
    IdleStream old = one.connect("1");
    two.connect("1");

    one.registry.disconnected(old, false);
    await().until(() -> !one.keeperIsBusy("sidecar~shop~catalog~1"));
    clock.forward(Duration.ofSeconds(20));
    beat("one");
    beat("two");
    get(one.keeper.tick());

    assertThat(one.workloads.current()).hasSize(1);
    assertThat(get(instances.listAll()).getFirst().ownerNode()).isEqualTo("two");
  }

  @Test
  void theSidecarsOfANodeThatIsGoneHaveLongerToReconnect() throws Exception {
    beat("two");
    two.connect("1");
    get(one.keeper.tick());

    clock.forward(Duration.ofSeconds(7));
    get(one.keeper.tick());
    assertThat(get(instances.listAll()).getFirst().connected()).isFalse();

    clock.forward(Duration.ofSeconds(29));
    get(one.keeper.tick());
    assertThat(one.workloads.current()).hasSize(1);

    clock.forward(Duration.ofSeconds(2));
    get(one.keeper.tick());
    assertThat(one.workloads.current()).isEmpty();
  }

  @Test
  void aNodeWhoseHeartMovesKeepsItsSidecarsWhateverItsClockSays() throws Exception {
    two.connect("1");
    for (int i = 0; i < 20; i++) {
      clock.forward(Duration.ofSeconds(3));
      // Its clock is an hour behind.
      get(
          nodes.heartbeat(
              new NodeRepository.Node(
                  "two", "", "", clock.instant(), clock.instant().minus(Duration.ofHours(1)))));
      get(one.keeper.tick());
    }

    assertThat(get(instances.listAll()).getFirst().connected()).isTrue();
  }

  @Test
  void aRestartedNodeGivesItsFormerSidecarsTimeToComeBack() throws Exception {
    one.connect("1");
    Node again = new Node("one");

    get(again.keeper.tick());
    await().until(() -> !get(instances.listAll()).getFirst().connected());
    clock.forward(Duration.ofSeconds(29));
    get(again.keeper.tick());

    assertThat(again.workloads.current()).hasSize(1);
    again.workloads.close();
  }

  @Test
  void aRowThatWasBuriedAliveIsRepaired() throws Exception {
    one.connect("1");
    get(instances.markNodeGone("one", clock.instant()));

    get(one.keeper.tick());

    await().until(() -> get(instances.listAll()).getFirst().connected());
  }

  private void beat(String node) throws Exception {
    get(nodes.heartbeat(new NodeRepository.Node(node, "", "", clock.instant(), clock.instant())));
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private final class Node {
    final ProxyRegistry registry = new ProxyRegistry(clock);
    final WorkloadRegistry workloads = new WorkloadRegistry(vertx);
    final InstanceKeeper keeper;
    private final String name;

    Node(String name) {
      this.name = name;
      this.keeper =
          new InstanceKeeper(
              AdsServerOptions.of(name, "127.0.0.1", 0, "weft.local"),
              instances,
              nodes,
              registry,
              workloads,
              clock,
              () -> {});
      registry.observe(keeper);
    }

    boolean keeperIsBusy(String proxyId) {
      return keeper.isBusy(proxyId);
    }

    IdleStream connect(String sidecar) {
      IdleStream stream = IdleStream.of(sidecar);
      registry.connected(stream);
      await()
          .until(
              () ->
                  get(instances.listAll()).stream()
                      .filter(row -> row.ownerNode().equals(name))
                      .filter(Instance::connected)
                      .anyMatch(row -> row.proxyId().equals(stream.node().id())));
      return stream;
    }
  }
}
