package dev.weft.control.admin;

import dev.weft.control.resource.ResourceId;
import dev.weft.control.store.Change;
import dev.weft.control.store.ConfigSnapshot;
import dev.weft.control.store.ConfigStore;
import dev.weft.control.store.ConfigStore.Watch;
import dev.weft.control.store.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * What changed lately, worked out once for all watchers. The newest steps are kept; who has missed
 * more is told to list again.
 */
final class WatchHub implements AutoCloseable {
  private static final int KEPT = 256;

  /** From one revision this node has seen to the next. */
  record Step(long from, long to, List<Change> changes) {}

  private final ConcurrentSkipListMap<Long, Step> steps = new ConcurrentSkipListMap<>();
  private final Set<Runnable> watchers = ConcurrentHashMap.newKeySet();
  private final Watch watch;
  private ConfigSnapshot last;

  WatchHub(ConfigStore store) {
    this.last = store.current();
    this.watch = store.watch(this::advance);
    advance(store.current());
  }

  /** The store calls this on one thread; the constructor may be in it at the same time. */
  private synchronized void advance(ConfigSnapshot snapshot) {
    if (snapshot.revision() <= last.revision()) {
      return;
    }
    steps.put(
        last.revision(), new Step(last.revision(), snapshot.revision(), changes(last, snapshot)));
    last = snapshot;
    while (steps.size() > KEPT) {
      steps.pollFirstEntry();
    }
    watchers.forEach(Runnable::run);
  }

  /** The newest revision a step leads to. */
  synchronized long revision() {
    return last.revision();
  }

  /** The step that starts at a revision; empty at the newest, and where it is no longer kept. */
  Optional<Step> after(long revision) {
    return Optional.ofNullable(steps.get(revision));
  }

  /** Calls this after every step, on a thread of the store. */
  void add(Runnable watcher) {
    watchers.add(watcher);
  }

  void remove(Runnable watcher) {
    watchers.remove(watcher);
  }

  int size() {
    return watchers.size();
  }

  private static List<Change> changes(ConfigSnapshot before, ConfigSnapshot after) {
    List<Change> changes = new ArrayList<>();
    var all = new TreeMap<ResourceId, StoredResource>(before.resources());
    all.putAll(after.resources());
    for (ResourceId id : all.keySet()) {
      StoredResource old = before.resources().get(id);
      StoredResource now = after.resources().get(id);
      if (old == null || now == null || old.revision() != now.revision()) {
        changes.add(new Change(id, json(old), json(now)));
      }
    }
    return changes;
  }

  private static @Nullable String json(@Nullable StoredResource stored) {
    return stored == null ? null : stored.document().json();
  }

  @Override
  public void close() {
    watch.close();
    watchers.clear();
  }
}
