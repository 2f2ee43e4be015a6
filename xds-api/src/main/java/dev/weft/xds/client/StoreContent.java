package dev.weft.xds.client;

import dev.weft.xds.protocol.ResourceBatch;
import dev.weft.xds.resource.ResourceKey;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the store holds of one type; immutable.
 *
 * @param heard whether anything was heard of the type since the start
 */
record StoreContent(
    Map<String, StoredResource> resources,
    Set<String> absent,
    Map<String, Refusal> refusals,
    @Nullable Refusal lastRefusal,
    boolean heard) {
  static final StoreContent EMPTY = new StoreContent(Map.of(), Set.of(), Map.of(), null, false);

  /** Older refusals are forgotten: names come from the server, and there may be any number. */
  private static final int MAX_REFUSALS = 256;

  StoreContent with(StoredResource resource) {
    Map<String, StoredResource> next = new TreeMap<>(resources);
    next.put(resource.key().name(), resource);
    return new StoreContent(
        Collections.unmodifiableMap(next), absent, refusals, lastRefusal, heard);
  }

  StoreContent after(ResourceBatch batch, StoreChange change) {
    Map<String, StoredResource> next = new TreeMap<>(resources);
    Set<String> gone = new HashSet<>(absent);
    Map<String, Refusal> bad = new LinkedHashMap<>(refusals);
    for (ResourceBatch.Accepted resource : batch.accepted()) {
      String name = resource.name();
      next.put(
          name,
          new StoredResource(
              new ResourceKey(batch.type(), name),
              resource.version(),
              resource.model(),
              resource.bytes(),
              false));
      gone.remove(name);
      bad.remove(name);
    }
    for (String name : batch.absent()) {
      gone.add(name);
      bad.remove(name);
      if (batch.type().fullState()) {
        next.remove(name);
      } else {
        next.computeIfPresent(name, (same, resource) -> resource.withdraw());
      }
    }
    for (String name : batch.forgotten()) {
      next.remove(name);
      gone.remove(name);
      bad.remove(name);
    }
    Refusal last = lastRefusal;
    for (Refusal refusal : change.refused()) {
      bad.remove(refusal.name());
      bad.put(refusal.name(), refusal);
      last = refusal;
    }
    while (bad.size() > MAX_REFUSALS) {
      bad.remove(bad.keySet().iterator().next());
    }
    return new StoreContent(
        Collections.unmodifiableMap(next),
        Collections.unmodifiableSet(gone),
        Collections.unmodifiableMap(bad),
        last,
        true);
  }
}
