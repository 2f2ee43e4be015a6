package dev.weft.proxy.route;

import dev.weft.xds.model.FilterOverride;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers what the routes of a table say of HTTP filters: routes that say the same, as most do that
 * leave it to their virtual host, have the same number.
 */
final class FilterNumbers {
  /** What one level says, which is the same only as itself: each has a state of its own. */
  private record Level(Map<String, FilterOverride> overrides) {
    @Override
    @SuppressWarnings("ReferenceEquality")
    public boolean equals(Object other) {
      return other instanceof Level level && level.overrides == overrides;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(overrides);
    }
  }

  private final Map<List<Level>, Integer> numbers = new HashMap<>();
  private final List<Map<String, List<FilterOverride>>> overrides = new ArrayList<>();

  FilterNumbers() {
    number(List.of());
  }

  /**
   * The number of a combination.
   *
   * @param levels the most specific first
   */
  int number(List<Map<String, FilterOverride>> levels) {
    List<Level> key = levels.stream().filter(l -> !l.isEmpty()).map(Level::new).toList();
    return numbers.computeIfAbsent(
        key,
        k -> {
          overrides.add(merge(k));
          return overrides.size() - 1;
        });
  }

  private static Map<String, List<FilterOverride>> merge(List<Level> levels) {
    Map<String, List<FilterOverride>> merged = new HashMap<>();
    for (Level level : levels) {
      level
          .overrides()
          .forEach(
              (name, override) ->
                  merged.computeIfAbsent(name, n -> new ArrayList<>()).add(override));
    }
    return merged;
  }

  /** All of them by their number. */
  List<Map<String, List<FilterOverride>>> overrides() {
    return List.copyOf(overrides);
  }
}
