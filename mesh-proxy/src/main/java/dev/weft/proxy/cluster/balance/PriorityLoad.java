package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * How load is shared among priorities, as Envoy does it: a priority whose fit endpoints, times the
 * overprovisioning factor, cover all its endpoints takes everything; what it cannot take goes on.
 * Immutable.
 */
final class PriorityLoad {
  /**
   * Counts of one priority.
   *
   * @param members all endpoints that are not draining
   * @param total those of them that count
   * @param weight of those, as the cover of a priority counts them
   */
  record Counts(
      int members,
      int total,
      int healthy,
      int degraded,
      long weight,
      long healthyWeight,
      long degradedWeight) {
    /** Each endpoint counts once. */
    Counts(int total, int healthy, int degraded) {
      this(total, total, healthy, degraded, total, healthy, degraded);
    }
  }

  /** Whom a share is for. */
  enum Pool {
    HEALTHY,
    DEGRADED,
    /** All, whatever their health, because too few are healthy. */
    PANIC
  }

  /**
   * A share of the load.
   *
   * @param percent 1..100; the shares of a cluster add up to 100
   */
  record Share(int priority, Pool pool, int percent) {}

  private final int[] healthy;
  private final int[] degraded;
  private final boolean[] panic;
  private final List<Share> shares;

  private PriorityLoad(
      List<Counts> priorities, IntUnaryOperator overprovisioning, int panicThreshold) {
    int n = priorities.size();
    this.healthy = new int[n];
    this.degraded = new int[n];
    this.panic = new boolean[n];
    for (int i = 0; i < n; i++) {
      Counts counts = priorities.get(i);
      int factor = overprovisioning.applyAsInt(i);
      healthy[i] = cover(counts.healthyWeight(), counts.weight(), factor);
      degraded[i] = cover(counts.degradedWeight(), counts.weight(), factor);
    }
    int normal = available(new BitSet());
    boolean allPanic = n > 0;
    for (int i = 0; i < n; i++) {
      panic[i] = normal < 100 && inPanic(priorities.get(i), panicThreshold);
      allPanic &= panic[i];
    }
    this.shares = List.copyOf(allPanic ? byCount(priorities) : without(new BitSet()));
  }

  /**
   * The load of these priorities, by their places.
   *
   * @param overprovisioning percent, of each
   * @param panicThreshold percent
   */
  static PriorityLoad of(
      List<Counts> priorities, IntUnaryOperator overprovisioning, int panicThreshold) {
    return new PriorityLoad(List.copyOf(priorities), overprovisioning, panicThreshold);
  }

  /** The shares, without those of nothing; empty if nobody may be picked. */
  List<Share> shares() {
    return shares;
  }

  /** The pools that a priority may have. */
  List<Pool> pools(int priority) {
    return panic[priority] ? List.of(Pool.PANIC) : List.of(Pool.HEALTHY, Pool.DEGRADED);
  }

  /**
   * The shares by health where some priorities take nothing.
   *
   * @return empty if no other can take anything
   */
  List<Share> without(BitSet excluded) {
    int normal = available(excluded);
    return normal == 0 ? List.of() : byCover(excluded, normal);
  }

  /** What priorities can take, percent; all where they can take more. */
  private int available(BitSet excluded) {
    int sum = 0;
    for (int i = excluded.nextClearBit(0); i < healthy.length; i = excluded.nextClearBit(i + 1)) {
      sum += healthy[i] + degraded[i];
    }
    return Math.min(100, sum);
  }

  /**
   * The share that a draw falls on.
   *
   * @param shares of the whole load
   * @param draw 0..99
   * @return null if there are none
   */
  static @Nullable Share at(List<Share> shares, int draw) {
    int left = draw;
    for (int i = 0; i < shares.size(); i++) {
      Share share = shares.get(i);
      if (left < share.percent()) {
        return share;
      }
      left -= share.percent();
    }
    return null;
  }

  private static int cover(long fit, long total, int overprovisioning) {
    return total == 0 ? 0 : (int) Math.min(100, overprovisioning * fit / total);
  }

  private static boolean inPanic(Counts counts, int threshold) {
    double percent =
        counts.total() == 0 ? 0 : 100.0 * (counts.healthy() + counts.degraded()) / counts.total();
    return percent < threshold;
  }

  private List<Share> byCover(BitSet excluded, int normal) {
    List<Share> shares = new ArrayList<>();
    int left = 100;
    for (int pass = 0; pass < 2; pass++) {
      int[] cover = pass == 0 ? healthy : degraded;
      for (int i = 0; i < cover.length && left > 0; i++) {
        int percent = excluded.get(i) ? 0 : Math.min(left, cover[i] * 100 / normal);
        if (percent > 0) {
          Pool pool = panic[i] ? Pool.PANIC : pass == 0 ? Pool.HEALTHY : Pool.DEGRADED;
          shares.add(new Share(i, pool, percent));
          left -= percent;
        }
      }
    }
    if (left > 0 && !shares.isEmpty()) {
      // What rounding left over goes to the first.
      Share first = shares.getFirst();
      shares.set(0, new Share(first.priority(), first.pool(), first.percent() + left));
    }
    return shares;
  }

  private static List<Share> byCount(List<Counts> priorities) {
    int all = priorities.stream().mapToInt(Counts::members).sum();
    if (all == 0) {
      return List.of();
    }
    int[] percents =
        priorities.stream().mapToInt(counts -> (int) (100L * counts.members() / all)).toArray();
    int first = 0;
    while (priorities.get(first).members() == 0) {
      first++;
    }
    percents[first] += 100 - Arrays.stream(percents).sum();
    List<Share> shares = new ArrayList<>();
    for (int i = 0; i < percents.length; i++) {
      if (percents[i] > 0) {
        shares.add(new Share(i, Pool.PANIC, percents[i]));
      }
    }
    return shares;
  }
}
