package dev.weft.xds.client;

import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Set;

/**
 * What one batch changed in the store, which already holds it.
 *
 * @param changed have a new value
 * @param absent do not exist, says the server, or have not come in time
 * @param forgotten are gone without a trace: no longer subscribed, or absent and not subscribed by
 *     name
 * @param refused were not valid; their last good values stay
 */
public record StoreChange(
    XdsType type,
    Set<String> changed,
    Set<String> absent,
    Set<String> forgotten,
    List<Refusal> refused) {
  public StoreChange {
    changed = Set.copyOf(changed);
    absent = Set.copyOf(absent);
    forgotten = Set.copyOf(forgotten);
    refused = List.copyOf(refused);
  }

  /** Whether any value, or the knowledge that there is none, differs from before. */
  public boolean changesValues() {
    return !changed.isEmpty() || !absent.isEmpty() || !forgotten.isEmpty();
  }
}
