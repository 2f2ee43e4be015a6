package dev.weft.control.xds;

import dev.weft.control.compile.SidecarNode;
import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.discovery.WorkloadRegistry;
import dev.weft.control.store.Instance;
import dev.weft.control.store.InstanceRepository;
import dev.weft.control.store.NodeRepository;
import dev.weft.control.xds.InstanceWriter.Write;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the table of instances true, and what this node knows of it: a connected sidecar is a
 * workload, one that said goodbye is none, one whose stream broke stays for a grace period. The
 * table heals by itself: each node repairs the rows of its own sidecars, and every node buries
 * those of a node whose heartbeat stands still.
 *
 * <p>{@link #tick} must not overlap with itself; everything else is thread-safe.
 */
final class InstanceKeeper implements ProxyEvents {
  private static final String SOURCE = "instances";

  private final AdsServerOptions options;
  private final InstanceRepository instances;
  private final NodeRepository nodes;
  private final ProxyRegistry proxies;
  private final WorkloadRegistry workloads;
  private final InstantSource clock;
  private final InstanceWriter writer;
  private final Map<String, Heartbeat> heartbeats = new HashMap<>();

  /** A heartbeat, and when this node first saw it, by its own clock. */
  private record Heartbeat(Instant beat, Instant since) {}

  /**
   * @param written called after the table was changed by this node
   */
  InstanceKeeper(
      AdsServerOptions options,
      InstanceRepository instances,
      NodeRepository nodes,
      ProxyRegistry proxies,
      WorkloadRegistry workloads,
      InstantSource clock,
      Runnable written) {
    this.options = options;
    this.instances = instances;
    this.nodes = nodes;
    this.proxies = proxies;
    this.workloads = workloads;
    this.clock = clock;
    this.writer = new InstanceWriter(instances, options.nodeName(), written);
  }

  @Override
  public void connected(SidecarNode node) {
    writer.write(node.id(), new Write.Upsert(row(node)));
  }

  @Override
  public void saidGoodbye(String proxyId) {
    writer.write(proxyId, new Write.Delete());
  }

  @Override
  public void lost(String proxyId) {
    writer.write(proxyId, new Write.Disconnected(clock.instant()));
  }

  @Override
  public void statusChanged(String proxyId) {}

  /** Whether something about this sidecar is still to be written. */
  boolean isBusy(String proxyId) {
    return writer.isBusy(proxyId);
  }

  /** Completes when this node's sidecars are written, or cannot be; nothing is tried again. */
  CompletionStage<Void> finish() {
    return writer.finish();
  }

  /** Reads the table and publishes its workloads. */
  CompletionStage<List<Instance>> refresh() {
    return instances
        .listAll()
        .thenCompose(
            rows ->
                workloads
                    .sync(SOURCE, rows.stream().map(InstanceKeeper::workload).toList())
                    .toCompletionStage()
                    .thenApply(v -> rows));
  }

  /** What is due from time to time: retries, burials, repairs, and reading the table. */
  CompletionStage<Void> tick() {
    writer.retry();
    Instant now = clock.instant();
    return nodes
        .listAll()
        .thenAccept(rows -> rows.forEach(row -> beat(row.name(), row.seenAt(), now)))
        .thenCompose(v -> instances.deleteDisconnectedBefore(now.minus(options.reconnectGrace())))
        .thenCompose(v -> refresh())
        .thenCompose(
            rows -> {
              repairOwn(rows, now);
              return buryGone(rows, now);
            });
  }

  private void repairOwn(List<Instance> rows, Instant now) {
    Map<String, Instance> byId = new TreeMap<>();
    rows.forEach(row -> byId.put(row.proxyId(), row));
    for (ProxyRegistry.Entry entry : proxies.connected()) {
      String id = entry.node().id();
      Instance row = byId.get(id);
      // A row that is another node's stays: the sidecar has moved, our stream is about to end.
      if ((row == null || !row.connected()) && !writer.isBusy(id)) {
        writer.write(id, new Write.Upsert(row(entry.node())));
      }
    }
    for (Instance row : rows) {
      boolean oursByName = row.ownerNode().equals(options.nodeName()) && row.connected();
      if (oursByName && proxies.find(row.proxyId()).isEmpty() && !writer.isBusy(row.proxyId())) {
        // Left behind by this node before it was restarted.
        writer.write(row.proxyId(), new Write.Disconnected(goneSince(now)));
      }
    }
  }

  private CompletionStage<Void> buryGone(List<Instance> rows, Instant now) {
    Set<String> owners = new HashSet<>();
    rows.stream().filter(Instance::connected).forEach(row -> owners.add(row.ownerNode()));
    owners.remove(options.nodeName());
    CompletionStage<?> all = CompletableFuture.completedStage(null);
    for (String owner : owners) {
      // A node that has no heartbeat at all gets the same time to make one.
      Heartbeat heartbeat = heartbeats.get(owner);
      if (heartbeat == null) {
        beat(owner, Instant.EPOCH, now);
      } else if (!now.isBefore(heartbeat.since().plus(options.nodeGoneAfter()))) {
        all = all.thenCompose(v -> instances.markNodeGone(owner, goneSince(now)));
      }
    }
    heartbeats.keySet().removeIf(node -> isForgotten(node, owners, now));
    return all.thenApply(v -> null);
  }

  private boolean isForgotten(String node, Set<String> owners, Instant now) {
    Heartbeat heartbeat = heartbeats.get(node);
    return heartbeat != null
        && !owners.contains(node)
        && now.isAfter(heartbeat.since().plus(Duration.ofMinutes(10)));
  }

  private void beat(String node, Instant beat, Instant now) {
    heartbeats.merge(
        node,
        new Heartbeat(beat, now),
        (known, seen) -> known.beat().equals(seen.beat()) ? known : seen);
  }

  /**
   * Rows go once they have been disconnected for the reconnect grace; whoever has more time than
   * that counts as disconnected later.
   */
  private Instant goneSince(Instant now) {
    return now.plus(options.nodeGrace()).minus(options.reconnectGrace());
  }

  private Instance row(SidecarNode node) {
    return new Instance(
        node.id(),
        node.namespace(),
        node.service(),
        node.address(),
        node.inboundPort(),
        node.ports(),
        node.labels(),
        options.nodeName(),
        true,
        null,
        clock.instant());
  }

  /** Every row is a workload: those that are disconnected are still within their grace. */
  static MeshWorkload workload(Instance row) {
    Map<String, Integer> ports = new TreeMap<>();
    row.ports().keySet().forEach(name -> ports.put(name, row.inboundPort()));
    return new MeshWorkload(
        row.proxyId(), row.namespace(), row.service(), row.address(), ports, row.labels(), 1, true);
  }
}
