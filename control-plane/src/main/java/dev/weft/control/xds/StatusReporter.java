package dev.weft.control.xds;

import dev.weft.control.compile.SidecarNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Writes what this node's sidecars run to the shared table, many in one transaction and each only
 * as it is by then. What the database did not take is written with the queue's next try.
 */
final class StatusReporter implements ProxyEvents {
  private static final Duration WINDOW = Duration.ofMillis(100);

  private final ProxyRegistry proxies;
  private final StatusTable table;
  private final Set<String> changed = ConcurrentHashMap.newKeySet();
  private final PushQueue queue;

  StatusReporter(Vertx vertx, ProxyRegistry proxies, StatusTable table) {
    this.proxies = proxies;
    this.table = table;
    this.queue = new PushQueue(vertx, WINDOW, this::write);
  }

  @Override
  public void connected(SidecarNode node) {
    statusChanged(node.id());
  }

  @Override
  public void saidGoodbye(String proxyId) {
    statusChanged(proxyId);
  }

  @Override
  public void lost(String proxyId) {
    statusChanged(proxyId);
  }

  @Override
  public void statusChanged(String proxyId) {
    changed.add(proxyId);
    queue.changed();
  }

  /** Writes what is still to be written, and nothing from then on. */
  Future<Void> close() {
    return queue.close().compose(v -> write()).mapEmpty();
  }

  private Future<?> write() {
    Set<String> ids = new HashSet<>(changed);
    changed.removeAll(ids);
    if (ids.isEmpty()) {
      return Future.succeededFuture();
    }
    Map<String, ProxyRegistry.Entry> present = new HashMap<>();
    Set<String> absent = new HashSet<>();
    for (String id : ids) {
      proxies.find(id).ifPresentOrElse(entry -> present.put(id, entry), () -> absent.add(id));
    }
    return Future.fromCompletionStage(table.write(present, absent))
        .onFailure(e -> changed.addAll(ids));
  }
}
