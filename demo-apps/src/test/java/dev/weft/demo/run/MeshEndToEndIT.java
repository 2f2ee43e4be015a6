package dev.weft.demo.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.demo.load.LoadGenerator;
import dev.weft.demo.load.Mode;
import dev.weft.demo.load.ModeStats;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole mesh as users run it: two control-plane nodes, a sidecar beside every instance,
 * services in four languages, every process a process of its own. The tests share one mesh, because
 * starting it costs more than any of them.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshEndToEndIT {
  private static final int BUSY = 400;

  /** Leaves the machine room to start what was killed. */
  private static final int CALM = 150;

  /** So many that a fair split misses 45–55 % once in 15,000 runs. */
  private static final int SPLIT_CALLS = 1600;

  @TempDir static Path folder;
  private static Demo demo;

  @BeforeAll
  static void start() throws Exception {
    Path caches = folder.resolve("aot");
    AotTraining.run(Programs.find(), caches, folder.resolve("training"), MeshEndToEndIT::say);
    demo =
        Demo.start(
            new DemoOptions(folder.resolve("mesh"), 2, BUSY, true, List.of("--workload-ttl", "1m")),
            Programs.find().withCaches(caches),
            MeshEndToEndIT::say);
  }

  private static void say(String text) {
    System.out.printf("%tT demo: %s%n", System.currentTimeMillis(), text);
  }

  @AfterAll
  static void stop() {
    if (demo != null) {
      demo.close();
    }
  }

  @Test
  @Order(1)
  void everyModeIsServedRight() throws Exception {
    try (LoadGenerator load = demo.newLoad(BUSY)) {
      load.start();
      Demo.await("2,000 right calls", () -> Summary.right(load) >= 2000);
      load.stop(15_000);
      assertAllRight(load);
      for (Map.Entry<Mode, ModeStats> mode : load.stats().entrySet()) {
        assertThat(mode.getValue().rightCount()).as(mode.getKey().title()).isGreaterThan(50);
      }
      assertThat(load.longStreams().messageCount()).isPositive();
    }
  }

  @Test
  @Order(2)
  void aSplitLandsWhereItShould() throws Exception {
    long revision = demo.api().apply(Routes.split());
    awaitEverywhere(revision);
    try (LoadGenerator load = demo.newLoad(BUSY)) {
      load.start();
      Demo.await(
          "enough calls of each split mode",
          () -> load.stats().get(Mode.CLIENT_STREAM).rightCount() >= SPLIT_CALLS);
      load.stop(15_000);
      assertAllRight(load);
      for (Mode mode : List.of(Mode.UNARY, Mode.SERVER_STREAM, Mode.CLIENT_STREAM)) {
        Map<String, Long> versions = load.stats().get(mode).versions();
        double all = versions.values().stream().mapToLong(Long::longValue).sum();
        assertThat(versions.getOrDefault("v2", 0L) / all)
            .as("share of v2 in %s: %s", mode.title(), versions)
            .isBetween(0.45, 0.55);
      }
    }
  }

  @Test
  @Order(3)
  void nothingThatARetryCouldSaveFailsWhileInstancesDieAndRoutesAndCertificatesChange()
      throws Exception {
    Map<String, String> before = serials();
    try (LoadGenerator load = demo.newLoad(CALM)) {
      load.start();
      int changes;
      try (Disruptor disruptor = new Disruptor(demo)) {
        disruptor.killInstances();
        disruptor.killNode(1);
        Demo.await(
            "every certificate to be renewed",
            () ->
                serials().entrySet().stream()
                    .noneMatch(entry -> entry.getValue().equals(before.get(entry.getKey()))));
        assertThat(disruptor.failure()).isEmpty();
        changes = disruptor.changeCount();
      }
      load.stop(15_000);
      assertThat(changes).isGreaterThan(10);
      assertAllRight(load);
    }
  }

  @Test
  @Order(4)
  void withoutAControlPlaneTheMeshServesAndARestartedSidecarToo() throws Exception {
    long revision = demo.api().apply(Disruptor.route(1_000_000));
    awaitEverywhere(revision);
    for (ControlPlaneNode node : demo.nodes()) {
      node.process().kill();
    }
    ShopInstance restarted = demo.instance("ledger-1");
    restarted.kill();
    restarted.start();
    demo.awaitReady(restarted);
    try (LoadGenerator load = demo.newLoad(BUSY)) {
      load.start();
      Demo.await("1,000 right calls", () -> Summary.right(load) >= 1000);
      load.stop(15_000);
      assertAllRight(load);
    }
    for (ControlPlaneNode node : demo.nodes()) {
      node.process().start();
      demo.awaitReady(node);
    }
    assertThat(Summary.revision(demo)).as("nothing acknowledged is lost").isEqualTo(revision);
    awaitEverywhere(revision);
  }

  private static void assertAllRight(LoadGenerator load) {
    load.stats()
        .forEach(
            (mode, stats) ->
                assertThat(stats.wrongCount())
                    .as("%s: %s", mode.title(), stats.reasons())
                    .isZero());
    assertThat(load.longStreams().brokenCount())
        .as("open streams broken: %s", load.longStreams().lastReason())
        .isZero();
  }

  private static void awaitEverywhere(long revision) throws Exception {
    Demo.await(
        "revision " + revision + " to be active on every proxy",
        () -> {
          JsonNode state = demo.api().get("/api/v1/revisions/" + revision + "/propagation?wait=5s");
          return state.path("complete").asBoolean();
        });
  }

  /** The serial number of every sidecar's own certificate. */
  private static Map<String, String> serials() throws InterruptedException {
    Map<String, String> serials = new HashMap<>();
    for (ShopInstance instance : demo.instances()) {
      String certificates = demo.api().text(instance.admin("/certs"));
      int at = certificates.indexOf("serial_number");
      serials.put(
          instance.name(),
          at < 0 ? "" : certificates.substring(at, Math.min(certificates.length(), at + 70)));
    }
    return serials;
  }
}
