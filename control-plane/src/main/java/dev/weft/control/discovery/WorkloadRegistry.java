package dev.weft.control.discovery;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import io.vertx.servicediscovery.Record;
import io.vertx.servicediscovery.ServiceDiscovery;
import io.vertx.servicediscovery.ServiceDiscoveryOptions;
import io.vertx.servicediscovery.spi.ServiceImporter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The workloads this node knows, whatever told it of them: sources publish {@link #sync(String,
 * Collection) whole sets}, importers of vertx-service-discovery publish records; both end up in one
 * {@link ServiceDiscovery} whose announcements keep {@link #current()} up to date.
 *
 * <p>{@code current} may be called from any thread; everything else happens on one event loop.
 */
public final class WorkloadRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WorkloadRegistry.class);

  private final Context context;
  private final ServiceDiscovery discovery;
  private final MessageConsumer<JsonObject> announcements;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  // The rest but `current` is confined to the context.
  private final Map<String, Map<String, Published>> bySource = new HashMap<>();
  private Future<Void> lastSync = Future.succeededFuture();
  private boolean reloadIsDue;
  private volatile List<MeshWorkload> current = List.of();

  private record Published(String registration, MeshWorkload workload) {}

  /** Creates an empty registry on an event loop of {@code vertx}. */
  public WorkloadRegistry(Vertx vertx) {
    this.context = vertx.getOrCreateContext();
    // Two registries in one Vert.x (two nodes in a test) must not see each other's records.
    String name = "weft.discovery." + UUID.randomUUID();
    this.discovery =
        ServiceDiscovery.create(
            vertx,
            new ServiceDiscoveryOptions()
                .setName(name)
                .setAnnounceAddress(name + ".announce")
                .setUsageAddress(name + ".usage")
                .setBackendConfiguration(new JsonObject().put("key", name)));
    this.announcements =
        vertx
            .eventBus()
            .localConsumer(name + ".announce", message -> context.runOnContext(v -> announced()));
  }

  /** Every workload, sorted by id. */
  public List<MeshWorkload> current() {
    return current;
  }

  /** Calls back on the registry's event loop after each change of {@link #current()}. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Makes {@code workloads} all that {@code source} publishes: what is new is published, what
   * changed updated, what is missing unpublished. Calls are carried out in order; when the future
   * completes, {@link #current()} has them.
   */
  public Future<Void> sync(String source, Collection<MeshWorkload> workloads) {
    List<MeshWorkload> wanted = List.copyOf(workloads);
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          lastSync =
              lastSync.otherwiseEmpty().compose(x -> apply(source, wanted)).compose(x -> reload());
          lastSync.onComplete(done);
        });
    return done.future();
  }

  /** Lets an importer (Consul, Kubernetes, …) publish records; it lives as long as the registry. */
  public Future<Void> importFrom(ServiceImporter importer, JsonObject configuration) {
    return discovery.registerServiceImporter(importer, configuration);
  }

  @Override
  public void close() {
    announcements.unregister();
    discovery.close();
  }

  private Future<Void> apply(String source, List<MeshWorkload> wanted) {
    Map<String, Published> published = bySource.computeIfAbsent(source, s -> new HashMap<>());
    Map<String, MeshWorkload> byId = new LinkedHashMap<>();
    wanted.forEach(workload -> byId.put(workload.id(), workload));
    List<Future<?>> steps = new ArrayList<>();
    for (Published old : List.copyOf(published.values())) {
      if (!byId.containsKey(old.workload().id())) {
        published.remove(old.workload().id());
        steps.add(discovery.unpublish(old.registration()));
      }
    }
    for (MeshWorkload workload : byId.values()) {
      Published old = published.get(workload.id());
      if (old == null) {
        steps.add(publish(source, workload, published));
      } else if (!old.workload().equals(workload)) {
        published.put(workload.id(), new Published(old.registration(), workload));
        Record record = WorkloadRecords.toRecord(source, workload);
        steps.add(discovery.update(record.setRegistration(old.registration())));
      }
    }
    return Future.join(steps).mapEmpty();
  }

  private Future<Void> publish(
      String source, MeshWorkload workload, Map<String, Published> published) {
    return discovery
        .publish(WorkloadRecords.toRecord(source, workload))
        .onSuccess(
            record ->
                published.put(workload.id(), new Published(record.getRegistration(), workload)))
        .mapEmpty();
  }

  /** Somebody published or withdrew a record; what it was is read with the next reload. */
  private void announced() {
    if (!reloadIsDue) {
      reloadIsDue = true;
      context.runOnContext(
          v -> {
            reloadIsDue = false;
            reload().onFailure(e -> LOG.error("the registry of workloads cannot be read", e));
          });
    }
  }

  private Future<Void> reload() {
    return discovery
        .getRecords(record -> WorkloadRecords.TYPE.equals(record.getType()))
        .map(
            records -> {
              show(records);
              return null;
            });
  }

  private void show(List<Record> records) {
    // Two sources may know the same instance; the one with the lower registration counts.
    Map<String, MeshWorkload> unique = new TreeMap<>();
    records.stream()
        .sorted(Comparator.comparing(Record::getRegistration))
        .flatMap(record -> WorkloadRecords.toWorkload(record).stream())
        .forEach(workload -> unique.putIfAbsent(workload.id(), workload));
    List<MeshWorkload> now = List.copyOf(unique.values());
    if (!now.equals(current)) {
      current = now;
      LOG.debug("{} workloads are known", now.size());
      listeners.forEach(Runnable::run);
    }
  }
}
