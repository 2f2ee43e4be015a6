package dev.weft.control.xds;

import dev.weft.control.store.Instance;
import dev.weft.control.store.InstanceRepository;
import java.time.Instant;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what happens to this node's sidecars, for each sidecar in order and only the newest of
 * what waits; what the database refuses is tried again at the next {@link #retry}. Thread-safe.
 */
final class InstanceWriter {
  private static final Logger LOG = LoggerFactory.getLogger(InstanceWriter.class);
  private static final int MAX_UNDER_WAY = 4;

  private final InstanceRepository repository;
  private final String nodeName;
  private final Runnable written;
  private final Map<String, Write> waiting = new LinkedHashMap<>();
  private final Set<String> underWay = new HashSet<>();
  private @Nullable CompletableFuture<Void> finishing;

  /** What becomes of a row. */
  sealed interface Write {
    record Upsert(Instance instance) implements Write {}

    record Disconnected(Instant at) implements Write {}

    record Delete() implements Write {}
  }

  /**
   * @param written called after each write that reached the database
   */
  InstanceWriter(InstanceRepository repository, String nodeName, Runnable written) {
    this.repository = repository;
    this.nodeName = nodeName;
    this.written = written;
  }

  /** Writes this, instead of what may still wait for the same sidecar. */
  void write(String proxyId, Write write) {
    synchronized (this) {
      waiting.put(proxyId, write);
    }
    next();
  }

  /** Whether anything about this sidecar is still to be written. */
  synchronized boolean isBusy(String proxyId) {
    return waiting.containsKey(proxyId) || underWay.contains(proxyId);
  }

  /** Starts what waits, after the database was not there. */
  void retry() {
    next();
  }

  /**
   * Completes when what waits is written. What the database refuses from now on is dropped: the
   * other nodes find out by this one's heartbeat.
   */
  CompletionStage<Void> finish() {
    CompletableFuture<Void> finished = new CompletableFuture<>();
    synchronized (this) {
      finishing = finished;
    }
    next();
    finishIfIdle();
    return finished;
  }

  private void finishIfIdle() {
    CompletableFuture<Void> idle;
    synchronized (this) {
      idle = waiting.isEmpty() && underWay.isEmpty() ? finishing : null;
    }
    if (idle != null) {
      idle.complete(null);
    }
  }

  private void next() {
    while (true) {
      Map.Entry<String, Write> taken = take();
      if (taken == null) {
        return;
      }
      String proxyId = taken.getKey();
      start(proxyId, taken.getValue())
          .whenComplete((done, failure) -> finished(proxyId, taken.getValue(), failure));
    }
  }

  private synchronized Map.@Nullable Entry<String, Write> take() {
    if (underWay.size() >= MAX_UNDER_WAY) {
      return null;
    }
    for (Iterator<Map.Entry<String, Write>> i = waiting.entrySet().iterator(); i.hasNext(); ) {
      Map.Entry<String, Write> entry = i.next();
      if (underWay.add(entry.getKey())) {
        Map.Entry<String, Write> taken = Map.entry(entry.getKey(), entry.getValue());
        i.remove();
        return taken;
      }
    }
    return null;
  }

  private CompletionStage<?> start(String proxyId, Write write) {
    try {
      return switch (write) {
        case Write.Upsert(Instance instance) -> repository.upsert(instance);
        case Write.Disconnected(Instant at) -> repository.markDisconnected(proxyId, nodeName, at);
        case Write.Delete() -> repository.delete(proxyId, nodeName);
      };
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void finished(String proxyId, Write write, @Nullable Throwable failure) {
    synchronized (this) {
      underWay.remove(proxyId);
      if (failure != null && finishing != null) {
        waiting.clear();
      } else if (failure != null) {
        // Newer news of the same sidecar replaces what failed.
        waiting.putIfAbsent(proxyId, write);
      }
    }
    if (failure != null) {
      LOG.atWarn()
          .addKeyValue("proxy", proxyId)
          .log("a sidecar's row was not written, to be tried again: {}", failure.toString());
    } else {
      written.run();
      next();
    }
    finishIfIdle();
  }
}
