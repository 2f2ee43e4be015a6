package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.MetadataValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  private static final Locality NOWHERE = new Locality("", "", "");

  /**
   * An endpoint with what its configuration says.
   *
   * @param priority lower is preferred; gaps are allowed
   * @param localityWeight of its locality; 0 if that has none
   * @param address by which it is placed for hashes
   * @param hostname may be empty
   * @param metadata by which subsets are made
   */
  public record Member<C>(
      C endpoint,
      int weight,
      int priority,
      HealthStatus health,
      Locality locality,
      int localityWeight,
      String address,
      String hostname,
      Map<String, MetadataValue> metadata) {
    private static final String HASH_KEY = "hash_key";

    /** Somewhere, with nothing more to say. */
    public Member(C endpoint, int weight, int priority, HealthStatus health) {
      this(endpoint, weight, priority, health, NOWHERE, 0, "", "", Map.of());
    }

    /** What it is placed by for hashes. */
    String hashKey(boolean useHostname) {
      return metadata.get(HASH_KEY) instanceof MetadataValue.Text(String key) && !key.isEmpty()
          ? key
          : useHostname ? hostname : address;
    }
  }

  private final List<Picker<C>> pools;

  /** The percentage below which pool i is chosen; ascending, the last is 100. */
  private final int[] bounds;

  private final List<C> all;
  private final boolean hashes;
  private final Priorities priorities;

  /**
   * What the pools are made of.
   *
   * @param numbers of the priorities, ascending
   * @param counts of each
   * @param shares one for each pool; a priority is its place here
   * @param overprovisioning percent
   */
  record Priorities(
      List<Integer> numbers,
      List<PriorityLoad.Counts> counts,
      List<PriorityLoad.Share> shares,
      int overprovisioning) {}

  private ClusterPicker(
      List<Picker<C>> pools, int[] bounds, List<C> all, boolean hashes, Priorities priorities) {
    this.pools = pools;
    this.bounds = bounds;
    this.all = all;
    this.hashes = hashes;
    this.priorities = priorities;
  }

  /** Builds the picker for the members as they are now. */
  public static <C extends Candidate> ClusterPicker<C> build(
      LbPolicy.OfEndpoints policy, List<Member<C>> members, BalanceSettings settings) {
    TreeMap<Integer, List<Member<C>>> byPriority = new TreeMap<>();
    for (Member<C> member : members) {
      if (member.health() != HealthStatus.DRAINING) {
        byPriority.computeIfAbsent(member.priority(), p -> new ArrayList<>()).add(member);
      }
    }
    List<Integer> numbers = List.copyOf(byPriority.keySet());
    List<List<Member<C>>> priorities = List.copyOf(byPriority.values());
    List<PriorityLoad.Counts> counts =
        priorities.stream().map(all -> counts(all, settings.weightedHealth())).toList();
    List<PriorityLoad.Share> shares =
        PriorityLoad.shares(counts, settings.overprovisioning(), settings.panicThreshold());
    boolean hashes = Balancer.hashes(policy);
    Balancer<C> balancer = new Balancer<>(policy, settings);
    List<Picker<C>> pools = new ArrayList<>();
    int[] bounds = new int[shares.size()];
    List<C> all = new ArrayList<>();
    int bound = 0;
    for (int i = 0; i < bounds.length; i++) {
      PriorityLoad.Share share = shares.get(i);
      List<Member<C>> ofPriority = priorities.get(share.priority());
      boolean panic = share.pool() == PriorityLoad.Pool.PANIC;
      // As Envoy, whose rings and tables have healthy endpoints only, unless in panic.
      List<Member<C>> chosen =
          select(ofPriority, hashes && !panic ? PriorityLoad.Pool.HEALTHY : share.pool());
      boolean zones =
          share.pool() == PriorityLoad.Pool.HEALTHY && numbers.get(share.priority()) == 0;
      pools.add(balancer.build(panic ? ofPriority : counted(ofPriority), chosen, panic, zones));
      chosen.forEach(member -> all.add(member.endpoint()));
      bound += share.percent();
      bounds[i] = bound;
    }
    return new ClusterPicker<>(
        List.copyOf(pools),
        bounds,
        List.copyOf(all),
        hashes,
        new Priorities(numbers, counts, shares, settings.overprovisioning()));
  }

  private static <C extends Candidate> PriorityLoad.Counts counts(
      List<Member<C>> members, boolean weighted) {
    List<Member<C>> all = counted(members);
    List<Member<C>> healthy = select(all, PriorityLoad.Pool.HEALTHY);
    List<Member<C>> degraded = select(all, PriorityLoad.Pool.DEGRADED);
    return new PriorityLoad.Counts(
        members.size(),
        all.size(),
        healthy.size(),
        degraded.size(),
        weighted ? weight(all) : all.size(),
        weighted ? weight(healthy) : healthy.size(),
        weighted ? weight(degraded) : degraded.size());
  }

  /** Those that count where panic and priorities are decided. */
  private static <C extends Candidate> List<Member<C>> counted(List<Member<C>> members) {
    return members.stream().anyMatch(member -> member.endpoint().uncounted())
        ? members.stream().filter(member -> !member.endpoint().uncounted()).toList()
        : members;
  }

  private static <C extends Candidate> long weight(List<Member<C>> members) {
    return members.stream().mapToLong(Member::weight).sum();
  }

  private static <C extends Candidate> List<Member<C>> select(
      List<Member<C>> members, PriorityLoad.Pool pool) {
    return switch (pool) {
      case PANIC -> members;
      case HEALTHY -> members.stream().filter(ClusterPicker::healthy).toList();
      case DEGRADED -> members.stream().filter(ClusterPicker::degraded).toList();
    };
  }

  /** Whether a member may be picked while there is no panic and it is not degraded. */
  public static <C extends Candidate> boolean healthy(Member<C> member) {
    return !member.endpoint().ejected()
        && !member.endpoint().failing()
        && !member.endpoint().degraded()
        && (member.health() == HealthStatus.HEALTHY || member.health() == HealthStatus.UNKNOWN);
  }

  /** Whether a member is well, but others should be preferred. */
  public static <C extends Candidate> boolean degraded(Member<C> member) {
    return !member.endpoint().ejected()
        && !member.endpoint().failing()
        && (member.health() == HealthStatus.DEGRADED
            || member.endpoint().degraded()
                && (member.health() == HealthStatus.HEALTHY
                    || member.health() == HealthStatus.UNKNOWN));
  }

  /** Whether it picks by the hash of a request. */
  public boolean hashes() {
    return hashes;
  }

  /** Whether nobody can be picked, whatever the request. */
  boolean isEmpty() {
    return all.isEmpty();
  }

  Priorities priorities() {
    return priorities;
  }

  /**
   * Picks from one priority, and picks again where it fell on an endpoint that was tried.
   *
   * @param number of the priority
   * @param degraded whether those are wanted that are well but not preferred
   * @return null if there is nobody of the kind
   */
  public @Nullable C pickOf(
      int number, boolean degraded, RandomGenerator random, long hash, List<C> tried) {
    Picker<C> pool = pool(number, degraded);
    if (pool == null) {
      return null;
    }
    C picked = pool.pick(random, hash, 0);
    for (int i = 1; i <= REPICKS && picked != null && avoided(picked, tried); i++) {
      picked = pool.pick(random, hash, i);
    }
    return picked;
  }

  private @Nullable Picker<C> pool(int number, boolean degraded) {
    PriorityLoad.Pool wanted = degraded ? PriorityLoad.Pool.DEGRADED : PriorityLoad.Pool.HEALTHY;
    for (int i = 0; i < pools.size(); i++) {
      PriorityLoad.Share share = priorities.shares().get(i);
      if (priorities.numbers().get(share.priority()) == number
          && (share.pool() == wanted || share.pool() == PriorityLoad.Pool.PANIC)) {
        return pools.get(i);
      }
    }
    return null;
  }

  @Override
  public @Nullable C pick(RandomGenerator random) {
    return pick(random, hashes ? random.nextLong() : 0, 0);
  }

  @Override
  public @Nullable C pick(RandomGenerator random, long hash, int attempt) {
    if (bounds.length == 0) {
      return null;
    }
    int pool = 0;
    if (bounds.length > 1) {
      int draw = hashes ? (int) Long.remainderUnsigned(hash, 100) : random.nextInt(100);
      while (draw >= bounds[pool]) {
        pool++;
      }
    }
    return pools.get(pool).pick(random, hash, attempt);
  }

  /**
   * Picks, and picks again where it fell on an endpoint that was tried or that has been ejected
   * since; where all are, takes what comes.
   *
   * @param tried endpoints to avoid
   */
  public @Nullable C pick(RandomGenerator random, List<C> tried) {
    return pick(random, hashes ? random.nextLong() : 0, tried);
  }

  /**
   * The same for a request with a hash.
   *
   * @param hash any number where the policy does not pick by it
   */
  public @Nullable C pick(RandomGenerator random, long hash, List<C> tried) {
    C picked = pick(random, hash, 0);
    for (int i = 1; picked != null && avoided(picked, tried); i++) {
      if (i > REPICKS) {
        return scan(random, tried, picked);
      }
      picked = pick(random, hash, i);
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
