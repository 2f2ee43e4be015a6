package dev.weft.control.xds;

import dev.weft.control.admin.ProxyView;
import dev.weft.control.store.Instance;
import dev.weft.control.store.InstanceRepository;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The sidecars of the whole mesh: this node's from its registry, the others' from the database. */
final class MeshProxies implements ProxyView {
  private final String nodeName;
  private final ProxyRegistry registry;
  private final InstanceRepository instances;
  private final StatusTable statuses;

  MeshProxies(
      String nodeName, ProxyRegistry registry, InstanceRepository instances, StatusTable statuses) {
    this.nodeName = nodeName;
    this.registry = registry;
    this.instances = instances;
    this.statuses = statuses;
  }

  @Override
  public CompletionStage<List<Proxy>> list() {
    return instances
        .listAll()
        .thenCombine(
            statuses.listAll(),
            (rows, statusById) -> {
              Map<String, Proxy> proxies = new HashMap<>();
              rows.forEach(
                  row -> proxies.put(row.proxyId(), remote(row, statusById.get(row.proxyId()))));
              registry.connected().forEach(entry -> proxies.put(entry.node().id(), local(entry)));
              return proxies.entrySet().stream()
                  .sorted(Map.Entry.comparingByKey())
                  .map(Map.Entry::getValue)
                  .toList();
            });
  }

  @Override
  public CompletionStage<Optional<String>> config(String proxyId) {
    return CompletableFuture.supplyAsync(
        () -> registry.find(proxyId).map(entry -> ConfigDump.of(entry.stream().held())));
  }

  private Proxy local(ProxyRegistry.Entry entry) {
    var node = entry.node();
    return new Proxy(
        node.id(),
        node.namespace(),
        node.service(),
        node.address(),
        node.inboundPort(),
        node.labels(),
        nodeName,
        true,
        entry.since(),
        entry.status().revision(),
        entry.status().refusals());
  }

  private Proxy remote(Instance row, StatusTable.@Nullable Row status) {
    // A row of this node without a stream here is about to be marked as disconnected.
    boolean connected = row.connected() && !row.ownerNode().equals(nodeName);
    Instant disconnectedAt = row.disconnectedAt();
    Instant since =
        connected && status != null
            ? status.connectedAt()
            : disconnectedAt != null ? disconnectedAt : row.updatedAt();
    return new Proxy(
        row.proxyId(),
        row.namespace(),
        row.service(),
        row.address(),
        row.inboundPort(),
        row.labels(),
        row.ownerNode(),
        connected,
        since,
        status == null ? null : status.status().revision(),
        status == null ? List.of() : status.status().refusals());
  }
}
