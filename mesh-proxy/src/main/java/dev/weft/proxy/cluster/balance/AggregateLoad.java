package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How load is shared among the priorities of several clusters, one after the other, as Envoy's
 * aggregate clusters do it. Immutable: of these clusters as they are.
 */
public final class AggregateLoad {
  /** The percentage below which level i is chosen; ascending, the last is 100. */
  private final int[] bounds;

  private final List<Level> levels;

  /**
   * A part of the load.
   *
   * @param cluster its place among the clusters
   * @param priority its number in that cluster
   * @param degraded whether it is for those that are well but not preferred
   */
  public record Level(int cluster, int priority, boolean degraded) {}

  private record Place(int cluster, int priority, int overprovisioning) {}

  private AggregateLoad(int[] bounds, List<Level> levels) {
    this.bounds = bounds;
    this.levels = List.copyOf(levels);
  }

  /**
   * The load of these clusters.
   *
   * @param panicThreshold percent; of the clusters together
   */
  public static <C extends Candidate> AggregateLoad of(
      List<Pickers<C>> clusters, int panicThreshold) {
    List<Place> places = new ArrayList<>();
    List<PriorityLoad.Counts> counts = new ArrayList<>();
    for (int i = 0; i < clusters.size(); i++) {
      ClusterPicker<C> whole = clusters.get(i).whole();
      if (whole == null) {
        continue;
      }
      ClusterPicker.Priorities priorities = whole.priorities();
      for (int j = 0; j < priorities.numbers().size(); j++) {
        places.add(new Place(i, priorities.numbers().get(j), priorities.overprovisioning()));
        counts.add(priorities.counts().get(j));
      }
    }
    List<PriorityLoad.Share> shares =
        PriorityLoad.shares(counts, i -> places.get(i).overprovisioning(), panicThreshold);
    int[] bounds = new int[shares.size()];
    List<Level> levels = new ArrayList<>();
    int bound = 0;
    for (int i = 0; i < bounds.length; i++) {
      PriorityLoad.Share share = shares.get(i);
      Place place = places.get(share.priority());
      levels.add(
          new Level(place.cluster(), place.priority(), share.pool() == PriorityLoad.Pool.DEGRADED));
      bound += share.percent();
      bounds[i] = bound;
    }
    return new AggregateLoad(bounds, levels);
  }

  /**
   * Whom a request goes to.
   *
   * @param draw 0..99
   * @return null if nobody can take it
   */
  public @Nullable Level at(int draw) {
    for (int i = 0; i < bounds.length; i++) {
      if (draw < bounds[i]) {
        return levels.get(i);
      }
    }
    return null;
  }
}
