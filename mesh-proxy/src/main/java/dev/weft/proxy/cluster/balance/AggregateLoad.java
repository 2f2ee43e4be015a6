package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How load is shared among the priorities of several clusters, one after the other, as Envoy's
 * aggregate clusters do it. Immutable: of these clusters as they are.
 */
public final class AggregateLoad {
  /** The priorities in a row. */
  private final List<Place> places;

  private final PriorityLoad load;

  /** What its shares are. */
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

  private AggregateLoad(List<Place> places, PriorityLoad load) {
    this.places = List.copyOf(places);
    this.load = load;
    this.levels = load.shares().stream().map(this::level).toList();
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
    return new AggregateLoad(
        places, PriorityLoad.of(counts, i -> places.get(i).overprovisioning(), panicThreshold));
  }

  /**
   * Whom a request goes to.
   *
   * @param draw 0..99
   * @return null if nobody can take it
   */
  public @Nullable Level at(int draw) {
    int left = draw;
    for (int i = 0; i < levels.size(); i++) {
      int percent = load.shares().get(i).percent();
      if (left < percent) {
        return levels.get(i);
      }
      left -= percent;
    }
    return null;
  }

  /**
   * Whom another try of a request goes to.
   *
   * @param tried where the request was
   * @param cluster gives the place of a cluster by its name; below 0 if it is none of these
   * @return null if nobody can take it
   */
  public @Nullable Level another(
      TriedPriorities tried, ToIntFunction<String> cluster, RandomGenerator random) {
    PriorityLoad.Share share =
        tried.choose(load, (name, priority) -> place(cluster.applyAsInt(name), priority), random);
    return share == null ? at(random.nextInt(100)) : level(share);
  }

  private int place(int cluster, int priority) {
    for (int i = 0; i < places.size(); i++) {
      if (places.get(i).cluster() == cluster && places.get(i).priority() == priority) {
        return i;
      }
    }
    return -1;
  }

  private Level level(PriorityLoad.Share share) {
    Place place = places.get(share.priority());
    return new Level(place.cluster(), place.priority(), share.pool() == PriorityLoad.Pool.DEGRADED);
  }
}
