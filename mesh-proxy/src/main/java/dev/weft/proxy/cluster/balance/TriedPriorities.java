package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The priorities that tries of one request went to, which later ones leave out; Envoy's {@code
 * previous_priorities}. Where none is left that could take a request they are forgotten. No clock;
 * of one request, on its loop.
 */
public final class TriedPriorities {
  private final int every;
  private final List<Place> tried = new ArrayList<>(2);
  private final BitSet excluded = new BitSet();

  /** What is left, as it was when it was worked out last; null before. */
  private @Nullable List<PriorityLoad.Share> rest;

  private record Place(String cluster, int priority) {}

  /** Knows priorities by their places in a load. */
  @FunctionalInterface
  interface Places {
    /** The place of a cluster's priority; below 0 if it has none. */
    int of(String cluster, int priority);
  }

  /**
   * @param every after how many tries each it is worked out what is left, at least 1
   */
  public TriedPriorities(int every) {
    this.every = every;
  }

  /** A try went there. */
  public void add(String cluster, int priority) {
    tried.add(new Place(cluster, priority));
  }

  /**
   * Where a pick goes instead of by the load as it is.
   *
   * @return null to go by that
   */
  PriorityLoad.@Nullable Share choose(PriorityLoad load, Places places, RandomGenerator random) {
    List<PriorityLoad.Share> shares = shares(load, places);
    return shares == null ? null : PriorityLoad.at(shares, random.nextInt(100));
  }

  private @Nullable List<PriorityLoad.Share> shares(PriorityLoad load, Places places) {
    if (tried.size() < every) {
      return null;
    }
    if (tried.size() % every == 0) {
      for (Place place : tried) {
        int at = places.of(place.cluster(), place.priority());
        if (at >= 0) {
          excluded.set(at);
        }
      }
      List<PriorityLoad.Share> left = load.without(excluded);
      if (left.isEmpty()) {
        excluded.clear();
        tried.clear();
        left = load.without(excluded);
      }
      if (left.isEmpty()) {
        return null;
      }
      rest = left;
    }
    return rest;
  }
}
