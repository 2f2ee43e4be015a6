package dev.weft.control.store;

import dev.weft.control.store.ConfigStore.Watch;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The newest snapshot and those who want to know of it; it only ever moves forward. */
final class SnapshotFeed implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotFeed.class);

  private final List<Consumer<ConfigSnapshot>> listeners = new CopyOnWriteArrayList<>();
  private final AtomicBoolean pending = new AtomicBoolean();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("weft-config-watch").daemon().factory());
  private volatile ConfigSnapshot current;
  private long delivered;

  SnapshotFeed(ConfigSnapshot first) {
    this.current = first;
    this.delivered = first.revision();
  }

  ConfigSnapshot current() {
    return current;
  }

  void publish(ConfigSnapshot snapshot) {
    synchronized (this) {
      if (snapshot.revision() <= current.revision()) {
        return;
      }
      current = snapshot;
    }
    // At most one delivery waits, whatever the rate of changes: it takes the newest when it runs.
    if (pending.compareAndSet(false, true)) {
      try {
        thread.execute(this::deliver);
      } catch (RejectedExecutionException closed) {
        LOG.debug("revision {} is told to nobody: the node is stopping", snapshot.revision());
      }
    }
  }

  private void deliver() {
    pending.set(false);
    ConfigSnapshot snapshot = current;
    if (snapshot.revision() == delivered) {
      return;
    }
    delivered = snapshot.revision();
    for (Consumer<ConfigSnapshot> listener : listeners) {
      try {
        listener.accept(snapshot);
      } catch (RuntimeException e) {
        LOG.atError()
            .addKeyValue("revision", snapshot.revision())
            .setCause(e)
            .log("a listener of the configuration failed; the others go on");
      }
    }
  }

  Watch watch(Consumer<ConfigSnapshot> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
