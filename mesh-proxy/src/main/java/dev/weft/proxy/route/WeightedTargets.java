package dev.weft.proxy.route;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import dev.weft.xds.model.FilterOverride;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** Chooses a cluster in proportion to its weight. */
public final class WeightedTargets {
  /**
   * A cluster by name, and what comes with it.
   *
   * @param filters the number of what is said of HTTP filters, among {@link
   *     CompiledRoutes#overrides}
   */
  public record Target(String cluster, HeaderChanges headers, int filters) {}

  private final List<Target> targets;
  private final long[] ends;

  /** Whether any says something of filters. */
  private final boolean filter;

  private WeightedTargets(List<Target> targets, long[] ends, boolean filter) {
    this.targets = targets;
    this.ends = ends;
    this.filter = filter;
  }

  /** Compiles the target of a TCP relay; clusters of weight 0 are never chosen. */
  public static WeightedTargets compile(ClusterTarget target) {
    return compile(target, overrides -> 0);
  }

  /**
   * Compiles a target; clusters of weight 0 are never chosen.
   *
   * @param filters the number for what a cluster says of filters
   */
  static WeightedTargets compile(
      ClusterTarget target, ToIntFunction<Map<String, FilterOverride>> filters) {
    return switch (target) {
      case ClusterTarget.Single(String cluster) ->
          new WeightedTargets(
              List.of(new Target(cluster, HeaderChanges.NONE, filters.applyAsInt(Map.of()))),
              new long[] {1},
              false);
      case ClusterTarget.Weighted(List<WeightedCluster> clusters) -> {
        List<WeightedCluster> used = clusters.stream().filter(c -> c.weight() > 0).toList();
        if (used.isEmpty()) {
          throw new IllegalArgumentException(
              "the weights of " + clusters + " add up to nothing; give one a weight");
        }
        long[] ends = new long[used.size()];
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
          sum += used.get(i).weight();
          ends[i] = sum;
        }
        yield new WeightedTargets(
            used.stream()
                .map(
                    c ->
                        new Target(
                            c.cluster(),
                            HeaderChanges.compile(c.headers()),
                            filters.applyAsInt(c.filters())))
                .toList(),
            ends,
            used.stream().anyMatch(c -> !c.filters().isEmpty()));
      }
    };
  }

  /** Whether what is said of HTTP filters depends on the target. */
  public boolean filter() {
    return filter;
  }

  /**
   * The cluster for a request.
   *
   * @param random any bits
   */
  public Target choose(long random) {
    if (ends.length == 1) {
      return targets.getFirst();
    }
    long draw = Math.floorMod(random, ends[ends.length - 1]);
    int found = Arrays.binarySearch(ends, draw + 1);
    return targets.get(found >= 0 ? found : -found - 1);
  }
}
