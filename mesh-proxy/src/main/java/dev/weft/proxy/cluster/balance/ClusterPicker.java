package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.Cluster.LbPolicy;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Picks over all priorities of a cluster. Built anew when endpoints or their fitness change, off
 * the event loops where clusters are large.
 *
 * @param <C> the endpoints
 */
public final class ClusterPicker<C extends Candidate> implements Picker<C> {
  /** How often a pick is repeated when it fell on an endpoint to avoid. */
  private static final int REPICKS = 4;

  /** How many endpoints are looked at, one by one, when picking again did not help. */
  private static final int SCAN = 64;

  /**
   * An endpoint with what its configuration says.
   *
   * @param priority lower is preferred; gaps are allowed
   */
  public record Member<C>(C endpoint, int weight, int priority, HealthStatus health) {}

  private final List<Picker<C>> pools;

  /** The percentage below which pool i is chosen; ascending, the last is 100. */
  private final int[] bounds;

  private final List<C> all;

  private ClusterPicker(List<Picker<C>> pools, int[] bounds, List<C> all) {
    this.pools = pools;
    this.bounds = bounds;
    this.all = all;
  }

  /**
   * Builds the picker for the members as they are now.
   *
   * @param overprovisioning percent, 140 by default
   * @param panicThreshold percent; 0 never panics
   */
  public static <C extends Candidate> ClusterPicker<C> build(
      LbPolicy policy, List<Member<C>> members, int overprovisioning, int panicThreshold) {
    TreeMap<Integer, List<Member<C>>> byPriority = new TreeMap<>();
    for (Member<C> member : members) {
      if (member.health() != HealthStatus.DRAINING) {
        byPriority.computeIfAbsent(member.priority(), p -> new ArrayList<>()).add(member);
      }
    }
    List<List<Member<C>>> priorities = List.copyOf(byPriority.values());
    List<PriorityLoad.Counts> counts = new ArrayList<>();
    for (List<Member<C>> priority : priorities) {
      counts.add(
          new PriorityLoad.Counts(
              priority.size(),
              select(priority, PriorityLoad.Pool.HEALTHY).size(),
              select(priority, PriorityLoad.Pool.DEGRADED).size()));
    }
    List<PriorityLoad.Share> shares = PriorityLoad.shares(counts, overprovisioning, panicThreshold);
    List<Picker<C>> pools = new ArrayList<>();
    int[] bounds = new int[shares.size()];
    List<C> all = new ArrayList<>();
    int bound = 0;
    for (int i = 0; i < bounds.length; i++) {
      PriorityLoad.Share share = shares.get(i);
      List<Member<C>> chosen = select(priorities.get(share.priority()), share.pool());
      List<C> endpoints = chosen.stream().map(Member::endpoint).toList();
      pools.add(
          Balancer.build(policy, endpoints, chosen.stream().mapToInt(Member::weight).toArray()));
      all.addAll(endpoints);
      bound += share.percent();
      bounds[i] = bound;
    }
    return new ClusterPicker<>(List.copyOf(pools), bounds, List.copyOf(all));
  }

  private static <C extends Candidate> List<Member<C>> select(
      List<Member<C>> members, PriorityLoad.Pool pool) {
    return switch (pool) {
      case PANIC -> members;
      case HEALTHY -> members.stream().filter(ClusterPicker::healthy).toList();
      case DEGRADED ->
          members.stream()
              .filter(m -> m.health() == HealthStatus.DEGRADED && !m.endpoint().ejected())
              .toList();
    };
  }

  /** Whether a member may be picked while there is no panic and it is not degraded. */
  public static <C extends Candidate> boolean healthy(Member<C> member) {
    return !member.endpoint().ejected()
        && (member.health() == HealthStatus.HEALTHY || member.health() == HealthStatus.UNKNOWN);
  }

  @Override
  public @Nullable C pick(RandomGenerator random) {
    if (bounds.length == 0) {
      return null;
    }
    int pool = 0;
    if (bounds.length > 1) {
      int draw = random.nextInt(100);
      while (draw >= bounds[pool]) {
        pool++;
      }
    }
    return pools.get(pool).pick(random);
  }

  /**
   * Picks, and picks again where it fell on an endpoint that was tried or that has been ejected
   * since; where all are, takes what comes.
   *
   * @param tried endpoints to avoid
   */
  public @Nullable C pick(RandomGenerator random, List<C> tried) {
    C picked = pick(random);
    for (int i = 0; picked != null && avoided(picked, tried); i++) {
      if (i == REPICKS) {
        return scan(random, tried, picked);
      }
      picked = pick(random);
    }
    return picked;
  }

  private C scan(RandomGenerator random, List<C> tried, C otherwise) {
    int start = random.nextInt(all.size());
    for (int i = 0; i < Math.min(SCAN, all.size()); i++) {
      C candidate = all.get((start + i) % all.size());
      if (!avoided(candidate, tried)) {
        return candidate;
      }
    }
    return otherwise;
  }

  private static <C extends Candidate> boolean avoided(C endpoint, List<C> tried) {
    return endpoint.ejected() || tried.contains(endpoint);
  }
}
