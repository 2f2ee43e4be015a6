package dev.weft.control.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.spi.ServiceImporter;
import io.vertx.servicediscovery.spi.ServicePublisher;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WorkloadRegistryTest {
  private final Vertx vertx = Vertx.vertx();
  private final WorkloadRegistry registry = new WorkloadRegistry(vertx);

  @AfterEach
  void close() throws Exception {
    registry.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @Test
  void aSourcePublishesAllItKnowsAndWhatIsMissingIsGone() throws Exception {
    MeshWorkload one = workload("1", "10.0.0.1");
    MeshWorkload two = workload("2", "10.0.0.2");

    sync("instances", one, two);
    assertThat(registry.current()).containsExactly(one, two);

    MeshWorkload moved = workload("1", "10.0.0.9");
    sync("instances", moved);
    assertThat(registry.current()).containsExactly(moved);
  }

  @Test
  void sourcesDoNotTouchEachOthersWorkloads() throws Exception {
    MeshWorkload one = workload("1", "10.0.0.1");
    MeshWorkload two = workload("2", "10.0.0.2");
    sync("here", one);
    sync("there", two);

    sync("here");

    assertThat(registry.current()).containsExactly(two);
  }

  @Test
  void listenersHearOfChangesOnly() throws Exception {
    AtomicInteger changes = new AtomicInteger();
    registry.onChange(changes::incrementAndGet);

    sync("instances", workload("1", "10.0.0.1"));
    sync("instances", workload("1", "10.0.0.1"));
    sync("instances");

    assertThat(changes).hasValue(2);
  }

  @Test
  void anImporterOfVertxServiceDiscoveryIsSeen() {
    MeshWorkload imported = workload("consul-1", "10.0.0.5");
    Record record = WorkloadRecords.toRecord("consul", imported);

    registry.importFrom(new OneRecord(record), new JsonObject());

    await().untilAsserted(() -> assertThat(registry.current()).containsExactly(imported));
  }

  @Test
  void recordsOfOtherTypesAreLeftAlone() throws Exception {
    registry.importFrom(
        new OneRecord(new Record().setName("web").setType("http-endpoint")), new JsonObject());

    sync("instances", workload("1", "10.0.0.1"));

    assertThat(registry.current()).hasSize(1);
  }

  /** What a bridge to a registry does, with one entry. */
  private record OneRecord(Record content) implements ServiceImporter {
    @Override
    public void start(
        Vertx vertx, ServicePublisher publisher, JsonObject configuration, Promise<Void> done) {
      publisher.publish(content).<Void>mapEmpty().onComplete(done);
    }
  }

  private void sync(String source, MeshWorkload... workloads) throws Exception {
    registry
        .sync(source, List.of(workloads))
        .toCompletionStage()
        .toCompletableFuture()
        .get(10, TimeUnit.SECONDS);
  }

  private static MeshWorkload workload(String id, String address) {
    return new MeshWorkload(
        id, "shop", "catalog", address, Map.of("grpc", 15006), Map.of("v", "1"), 1, true);
  }
}
