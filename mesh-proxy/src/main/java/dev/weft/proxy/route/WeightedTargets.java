package dev.weft.proxy.route;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import java.util.Arrays;
import java.util.List;

/** Chooses a cluster in proportion to its weight. */
public final class WeightedTargets {
  /** A cluster by name, and the header changes that come with it. */
  public record Target(String cluster, HeaderChanges headers) {}

  private final List<Target> targets;
  private final long[] ends;

  private WeightedTargets(List<Target> targets, long[] ends) {
    this.targets = targets;
    this.ends = ends;
  }

  /** Compiles a target; clusters of weight 0 are never chosen. */
  public static WeightedTargets compile(ClusterTarget target) {
    return switch (target) {
      case ClusterTarget.Single(String cluster) ->
          new WeightedTargets(List.of(new Target(cluster, HeaderChanges.NONE)), new long[] {1});
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
                .map(c -> new Target(c.cluster(), HeaderChanges.compile(c.headers())))
                .toList(),
            ends);
      }
    };
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
