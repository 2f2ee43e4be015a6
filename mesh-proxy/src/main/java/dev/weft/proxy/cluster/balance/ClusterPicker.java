package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.MetadataValue;
import java.util.ArrayList;
import java.util.Collections;
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

  /** Pool i of share i. */
  private final List<Picker<C>> pools;

  /**
   * For each priority, by its place, the pools of those that are healthy and of those that are
   * degraded; null where there is none.
   */
  private final List<@Nullable Picker<C>> places;

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
   * @param load of them; a priority is its place here
   * @param overprovisioning percent
   */
  record Priorities(
      List<Integer> numbers,
      List<PriorityLoad.Counts> counts,
      PriorityLoad load,
      int overprovisioning) {
    List<PriorityLoad.Share> shares() {
      return load.shares();
    }
  }

  private ClusterPicker(
      List<Picker<C>> pools,
      List<@Nullable Picker<C>> places,
      int[] bounds,
      List<C> all,
      boolean hashes,
      Priorities priorities) {
    this.pools = pools;
    this.places = places;
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
    PriorityLoad load =
        PriorityLoad.of(counts, priority -> settings.overprovisioning(), settings.panicThreshold());
    List<PriorityLoad.Share> shares = load.shares();
    boolean hashes = Balancer.hashes(policy);
    Pools<C> built = new Pools<>(new Balancer<>(policy, settings), numbers, priorities, load);
    List<Picker<C>> pools = new ArrayList<>();
    int[] bounds = new int[shares.size()];
    List<C> all = new ArrayList<>();
    int bound = 0;
    for (int i = 0; i < bounds.length; i++) {
      PriorityLoad.Share share = shares.get(i);
      // As Envoy, whose rings and tables have healthy endpoints only, unless in panic.
      PriorityLoad.Pool chosen =
          hashes && share.pool() != PriorityLoad.Pool.PANIC
              ? PriorityLoad.Pool.HEALTHY
              : share.pool();
      pools.add(built.add(share, chosen));
      select(priorities.get(share.priority()), chosen)
          .forEach(member -> all.add(member.endpoint()));
      bound += share.percent();
      bounds[i] = bound;
    }
    if (!hashes && numbers.size() > 1) {
      built.addOthers();
    }
    return new ClusterPicker<>(
        List.copyOf(pools),
        Collections.unmodifiableList(built.places()),
        bounds,
        List.copyOf(all),
        hashes,
        new Priorities(numbers, counts, load, settings.overprovisioning()));
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
  static <C extends Candidate> List<Member<C>> counted(List<Member<C>> members) {
    return members.stream().anyMatch(member -> member.endpoint().uncounted())
        ? members.stream().filter(member -> !member.endpoint().uncounted()).toList()
        : members;
  }

  private static <C extends Candidate> long weight(List<Member<C>> members) {
    return members.stream().mapToLong(Member::weight).sum();
  }

  static <C extends Candidate> List<Member<C>> select(
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
   * Picks from one priority, and picks again as a try prefers. Who picks by hashes goes by
   * priorities of its own, as with Envoy.
   *
   * @param number of the priority
   * @param degraded whether those are wanted that are well but not preferred
   * @return null if there is nobody of the kind
   */
  public @Nullable C pickOf(
      int number, boolean degraded, RandomGenerator random, long hash, Preference<C> preference) {
    int place = priorities.numbers().indexOf(number);
    Picker<C> pool = hashes ? this : place < 0 ? null : at(place, degraded);
    return pool == null ? null : Repicks.pick(pool, random, hash, preference, List.of());
  }

  private @Nullable Picker<C> at(int place, boolean degraded) {
    return places.get(2 * place + (degraded ? 1 : 0));
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
   * Picks, and picks again as a try prefers, or where the pick fell on an endpoint that has been
   * ejected since; where all are, takes what comes.
   */
  public @Nullable C pick(RandomGenerator random, Preference<C> preference) {
    return pick(random, hashes ? random.nextLong() : 0, preference);
  }

  /**
   * The same for a request with a hash.
   *
   * @param hash any number where the policy does not pick by it
   */
  public @Nullable C pick(RandomGenerator random, long hash, Preference<C> preference) {
    TriedPriorities tried = hashes ? null : preference.priorities();
    return Repicks.pick(tried == null ? this : others(tried), random, hash, preference, all);
  }

  /** Picks among priorities that were not tried. */
  private Picker<C> others(TriedPriorities tried) {
    return random -> {
      PriorityLoad.Share share =
          tried.choose(
              priorities.load(),
              (cluster, priority) -> priorities.numbers().indexOf(priority),
              random);
      // Priorities may have changed since.
      Picker<C> pool =
          share == null || share.priority() >= priorities.numbers().size()
              ? null
              : at(share.priority(), share.pool() == PriorityLoad.Pool.DEGRADED);
      return pool == null ? pick(random) : pool.pick(random);
    };
  }
}
