package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds the pools of a cluster's priorities, each once.
 *
 * @param <C> the endpoints
 */
final class Pools<C extends Candidate> {
  private final Balancer<C> balancer;
  private final List<Integer> numbers;
  private final List<List<Member<C>>> priorities;
  private final PriorityLoad load;

  /** By the places of priorities: who is healthy, who is degraded. */
  private final List<@Nullable Picker<C>> places;

  /**
   * @param numbers of the priorities
   * @param priorities those who are not draining
   */
  Pools(
      Balancer<C> balancer,
      List<Integer> numbers,
      List<List<Member<C>>> priorities,
      PriorityLoad load) {
    this.balancer = balancer;
    this.numbers = numbers;
    this.priorities = priorities;
    this.load = load;
    this.places = new ArrayList<>(Collections.nCopies(2 * numbers.size(), null));
  }

  /**
   * The pool of a share.
   *
   * @param from whom it has
   */
  Picker<C> add(PriorityLoad.Share share, PriorityLoad.Pool from) {
    List<Member<C>> all = priorities.get(share.priority());
    boolean panic = from == PriorityLoad.Pool.PANIC;
    boolean zones = share.pool() == PriorityLoad.Pool.HEALTHY && numbers.get(share.priority()) == 0;
    Picker<C> pool =
        balancer.build(
            panic ? all : ClusterPicker.counted(all),
            ClusterPicker.select(all, from),
            panic,
            zones);
    if (panic || share.pool() == PriorityLoad.Pool.HEALTHY) {
      places.set(2 * share.priority(), pool);
    }
    if (panic || share.pool() == PriorityLoad.Pool.DEGRADED) {
      places.set(2 * share.priority() + 1, pool);
    }
    return pool;
  }

  /** Adds those of priorities that have no share now, for who leaves others out. */
  void addOthers() {
    for (int i = 0; i < numbers.size(); i++) {
      for (PriorityLoad.Pool kind : load.pools(i)) {
        boolean missing = places.get(2 * i + (kind == PriorityLoad.Pool.DEGRADED ? 1 : 0)) == null;
        if (missing && !ClusterPicker.select(priorities.get(i), kind).isEmpty()) {
          add(new PriorityLoad.Share(i, kind, 1), kind);
        }
      }
    }
  }

  /** Two for each priority: of those that are healthy, and of those that are degraded. */
  List<@Nullable Picker<C>> places() {
    return places;
  }
}
