package dev.weft.proxy.config;

import dev.weft.xds.resource.ResourceKey;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says what the configuration waits for. While it grows something always waits for a moment, which
 * is nobody's business; what is still incomplete after a while is said once. Thread-safe.
 */
final class WaitingNotice {
  private static final Logger log = LoggerFactory.getLogger(WaitingNotice.class);
  private static final int NAMED = 3;

  private final Executor later;
  private SortedMap<ResourceKey, ResourceKey> waiting = Collections.emptySortedMap();
  // tells one time of waiting from the next: what was planned for an earlier one says nothing
  private int episode;

  /**
   * @param later runs what it is given once waiting has lasted too long to be normal
   */
  WaitingNotice(Executor later) {
    this.later = later;
  }

  /** Takes note of what waits now, each with what it waits for. */
  synchronized void waiting(SortedMap<ResourceKey, ResourceKey> now) {
    boolean begins = waiting.isEmpty() && !now.isEmpty();
    waiting = now;
    if (!now.isEmpty() && log.isDebugEnabled()) {
      log.debug("waiting for {}", text(now));
    }
    if (begins) {
      int begun = ++episode;
      later.execute(() -> aloud(begun));
    }
  }

  private synchronized void aloud(int begun) {
    if (begun == episode && !waiting.isEmpty()) {
      log.info("still waiting for {}; what was there before stays in service", text(waiting));
    }
  }

  /** The count and the first few. */
  static String text(SortedMap<ResourceKey, ResourceKey> waiting) {
    TreeMap<ResourceKey, ResourceKey> first = new TreeMap<>(waiting);
    while (first.size() > NAMED) {
      first.pollLastEntry();
    }
    int more = waiting.size() - first.size();
    return waiting.size()
        + (waiting.size() == 1 ? " resource: " : " resources: ")
        + first.entrySet().stream()
            .map(entry -> entry.getValue() + " (for " + entry.getKey() + ")")
            .collect(Collectors.joining(", "))
        + (more == 0 ? "" : " and " + more + " more");
  }
}
