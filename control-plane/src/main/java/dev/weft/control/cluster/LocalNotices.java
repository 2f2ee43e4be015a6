package dev.weft.control.cluster;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices within one process: all there is for a lone node, and the last step of delivery for a
 * clustered one. At most one notice of each kind waits at a time, so a slow listener costs no
 * memory.
 */
public final class LocalNotices implements ChangeNotices, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LocalNotices.class);

  private final ExecutorService delivery =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("weft-notices").daemon().factory());
  private final List<Consumer<? super Notice>> listeners = new CopyOnWriteArrayList<>();
  private final PendingNotices pending = new PendingNotices();

  @Override
  public void publish(Notice notice) {
    if (!pending.add(notice)) {
      return;
    }
    try {
      delivery.execute(this::deliver);
    } catch (RejectedExecutionException closed) {
      LOG.debug("notice {} dropped: the node is stopping", notice);
    }
  }

  @Override
  public Subscription subscribe(Consumer<? super Notice> listener) {
    // A wrapper of its own, so that subscribing the same listener twice gives two subscriptions.
    Consumer<Notice> entry = listener::accept;
    listeners.add(entry);
    return () -> listeners.remove(entry);
  }

  private void deliver() {
    for (Notice notice : pending.drain()) {
      for (Consumer<? super Notice> listener : listeners) {
        try {
          listener.accept(notice);
        } catch (RuntimeException e) {
          LOG.error("a listener failed on {}", notice, e);
        }
      }
    }
  }

  @Override
  public void close() {
    delivery.shutdown();
  }

  /** At most one notice per kind; the highest revision wins. */
  static final class PendingNotices {
    private Notice.@Nullable ConfigChanged config;
    private Notice.@Nullable InstancesChanged instances;

    /** Returns true if nothing was waiting before, that is, if somebody must be asked to drain. */
    synchronized boolean add(Notice notice) {
      boolean wasEmpty = config == null && instances == null;
      switch (notice) {
        case Notice.ConfigChanged changed -> {
          if (config == null || config.revision() < changed.revision()) {
            config = changed;
          }
        }
        case Notice.InstancesChanged changed -> instances = changed;
      }
      return wasEmpty;
    }

    synchronized List<Notice> drain() {
      List<Notice> drained = new ArrayList<>(2);
      if (config != null) {
        drained.add(config);
      }
      if (instances != null) {
        drained.add(instances);
      }
      config = null;
      instances = null;
      return drained;
    }
  }
}
