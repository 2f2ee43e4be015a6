package dev.weft.proxy.cluster.balance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * How load is shared among priorities, as Envoy does it: a priority whose fit endpoints, times the
 * overprovisioning factor, cover all its endpoints takes everything; what it cannot take goes on.
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

  private PriorityLoad() {}

  /** The shares, without those of nothing; empty if nobody may be picked. */
  static List<Share> shares(List<Counts> priorities, int overprovisioning, int panicThreshold) {
    return shares(priorities, priority -> overprovisioning, panicThreshold);
  }

  /** The same where priorities, by their place, have factors of their own. */
  static List<Share> shares(
      List<Counts> priorities, IntUnaryOperator overprovisioning, int panicThreshold) {
    int n = priorities.size();
    int[] healthy = new int[n];
    int[] degraded = new int[n];
    int available = 0;
    for (int i = 0; i < n; i++) {
      Counts counts = priorities.get(i);
      int factor = overprovisioning.applyAsInt(i);
      healthy[i] = cover(counts.healthyWeight(), counts.weight(), factor);
      degraded[i] = cover(counts.degradedWeight(), counts.weight(), factor);
      available += healthy[i] + degraded[i];
    }
    int normal = Math.min(100, available);
    boolean[] panic = new boolean[n];
    boolean allPanic = n > 0;
    for (int i = 0; i < n; i++) {
      panic[i] = normal < 100 && inPanic(priorities.get(i), panicThreshold);
      allPanic &= panic[i];
    }
    if (allPanic) {
      return byCount(priorities);
    }
    return normal == 0 ? List.of() : byCover(priorities, healthy, degraded, normal, panic);
  }

  private static int cover(long fit, long total, int overprovisioning) {
    return total == 0 ? 0 : (int) Math.min(100, overprovisioning * fit / total);
  }

  private static boolean inPanic(Counts counts, int threshold) {
    double percent =
        counts.total() == 0 ? 0 : 100.0 * (counts.healthy() + counts.degraded()) / counts.total();
    return percent < threshold;
  }

  private static List<Share> byCover(
      List<Counts> priorities, int[] healthy, int[] degraded, int normal, boolean[] panic) {
    List<Share> shares = new ArrayList<>();
    int left = 100;
    for (int pass = 0; pass < 2; pass++) {
      int[] cover = pass == 0 ? healthy : degraded;
      for (int i = 0; i < priorities.size() && left > 0; i++) {
        int percent = Math.min(left, cover[i] * 100 / normal);
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
