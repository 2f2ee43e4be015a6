package dev.weft.proxy.route;

import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.RetryPolicy.HostPredicate;
import dev.weft.xds.model.RetryPolicy.HostSelection;
import java.util.List;
import java.util.Map;

/** Which endpoints another try looks away from, compiled. */
public final class HostRules {
  private static final Map<String, MetadataValue> CANARY =
      Map.of("canary", new MetadataValue.Flag(true));

  /** Any will do. */
  public static final HostRules ANY = compile(HostSelection.ANY);

  private final boolean previous;
  private final List<Map<String, MetadataValue>> omitted;
  private final int repicks;
  private final int prioritiesEvery;

  private HostRules(
      boolean previous,
      List<Map<String, MetadataValue>> omitted,
      int repicks,
      int prioritiesEvery) {
    this.previous = previous;
    this.omitted = omitted;
    this.repicks = repicks;
    this.prioritiesEvery = prioritiesEvery;
  }

  static HostRules compile(HostSelection selection) {
    return new HostRules(
        selection.predicates().contains(new HostPredicate.Previous()),
        selection.predicates().stream()
            .map(
                predicate ->
                    switch (predicate) {
                      case HostPredicate.Previous() -> Map.<String, MetadataValue>of();
                      case HostPredicate.Canary() -> CANARY;
                      case HostPredicate.Labelled(var metadata) -> metadata;
                    })
            .filter(metadata -> !metadata.isEmpty())
            .toList(),
        selection.attempts(),
        selection.prioritiesEvery());
  }

  /** Whether any endpoint will do. */
  public boolean none() {
    return !previous && omitted.isEmpty() && prioritiesEvery == 0;
  }

  /** Whether those are rejected where the request was. */
  public boolean previous() {
    return previous;
  }

  /** Whether those with such metadata are rejected. */
  public boolean omits(Map<String, MetadataValue> metadata) {
    for (int i = 0; i < omitted.size(); i++) {
      if (has(metadata, omitted.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static boolean has(
      Map<String, MetadataValue> metadata, Map<String, MetadataValue> wanted) {
    for (Map.Entry<String, MetadataValue> want : wanted.entrySet()) {
      MetadataValue value = metadata.get(want.getKey());
      boolean fits =
          value instanceof MetadataValue.Several(List<MetadataValue> values)
              ? values.contains(want.getValue())
              : want.getValue().equals(value);
      if (!fits) {
        return false;
      }
    }
    return true;
  }

  /** How often another is chosen while the choice is rejected; at least 1. */
  public int repicks() {
    return repicks;
  }

  /** After how many tries each it is worked out which priorities are left; 0 for never. */
  public int prioritiesEvery() {
    return prioritiesEvery;
  }
}
