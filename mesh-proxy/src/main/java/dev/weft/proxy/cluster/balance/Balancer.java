package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashKeys;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.LbPolicy.LocalityWeighted;
import dev.weft.xds.model.LbPolicy.SlowStart;
import dev.weft.xds.model.LbPolicy.ZoneAware;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds the pickers of a policy for the endpoints of one priority. */
final class Balancer<C extends Candidate> {
  /** Weights that are no whole numbers are counted in these parts. */
  private static final int SCALE = 1000;

  private final LbPolicy.OfEndpoints policy;
  private final BalanceSettings settings;

  Balancer(LbPolicy.OfEndpoints policy, BalanceSettings settings) {
    this.policy = policy;
    this.settings = settings;
  }

  /** A picker that never picks. */
  static <C extends Candidate> Picker<C> nobody() {
    return random -> null;
  }

  /** Whether the policy picks by a request's hash. */
  static boolean hashes(LbPolicy.OfEndpoints policy) {
    return policy instanceof LbPolicy.RingHash || policy instanceof LbPolicy.Maglev;
  }

  /**
   * A picker over these members.
   *
   * @param all of the priority
   * @param fit those to pick from; an empty list gives one that never picks
   * @param zones whether the proxy's own zone counts: for healthy ones of the first priority
   */
  Picker<C> build(List<Member<C>> all, List<Member<C>> fit, boolean panic, boolean zones) {
    return switch (policy) {
      case LbPolicy.RingHash ring ->
          hashed(
              all, fit, ring.localityWeighted(), ring.keys(), hosts -> new HashRing(ring, hosts));
      case LbPolicy.Maglev maglev ->
          hashed(
              all,
              fit,
              maglev.localityWeighted(),
              maglev.keys(),
              hosts -> new MaglevTable(maglev, hosts));
      case LbPolicy.RoundRobin(var slowStart, var locality) ->
          spread(all, fit, panic, zones, locality);
      case LbPolicy.LeastRequest least -> spread(all, fit, panic, zones, least.locality());
      case LbPolicy.Random(var locality) -> spread(all, fit, panic, zones, locality);
      case LbPolicy.ClientSideWeighted weighted ->
          spread(all, fit, panic, zones, weighted.locality());
      case LbPolicy.PeakEwma ewma -> spread(all, fit, panic, zones, ewma.locality());
    };
  }

  @FunctionalInterface
  private interface Placement<C extends Candidate> {
    HashIndex place(WeightedHosts<C> hosts);
  }

  private Picker<C> hashed(
      List<Member<C>> all,
      List<Member<C>> fit,
      boolean weighted,
      HashKeys keys,
      Placement<C> placement) {
    boolean byLocality = weighted && all.stream().anyMatch(m -> m.localityWeight() > 0);
    WeightedHosts<C> hosts =
        byLocality
            ? WeightedHosts.byLocality(Localities.of(all, fit, settings.view().own()))
            : WeightedHosts.flat(fit);
    if (hosts.hosts().isEmpty()) {
      return nobody();
    }
    HashIndex index = placement.place(hosts);
    return keys.balanceFactor() > 0
        ? new BoundedLoad<>(index, hosts, keys.balanceFactor(), settings.active())
        : new HashPicker<>(hosts.endpoints(), index);
  }

  private Picker<C> spread(
      List<Member<C>> all, List<Member<C>> fit, boolean panic, boolean zones, LocalityLb locality) {
    return switch (locality) {
      case LocalityWeighted() -> panic ? flat(fit) : weighted(all, fit);
      case ZoneAware zone -> {
        if (panic) {
          yield zone.failTrafficOnPanic() ? nobody() : flat(fit);
        }
        LocalView view = settings.view();
        if (!zones || view.own() == null || view.peers().isEmpty()) {
          yield flat(fit);
        }
        if (view.panic()) {
          yield zone.failTrafficOnPanic() ? nobody() : flat(fit);
        }
        Localities<C> groups = Localities.of(all, fit, view.own());
        yield ZonePicker.build(zone, view, groups, flat(fit), each(groups));
      }
    };
  }

  private Picker<C> weighted(List<Member<C>> all, List<Member<C>> fit) {
    if (all.stream().allMatch(member -> member.localityWeight() == 0)) {
      return flat(fit); // nobody said any: Envoy has no weights of localities then either
    }
    Localities<C> groups = Localities.of(all, fit, settings.view().own());
    double[] weights = new double[groups.size()];
    Arrays.setAll(weights, groups::weight);
    Picker<C> picker =
        LocalityPicker.build(
            groups,
            Localities.of(all, all, settings.view().own()),
            weights,
            each(groups),
            settings.overprovisioning());
    return picker == null ? flat(fit) : picker;
  }

  private List<Picker<C>> each(Localities<C> groups) {
    List<Picker<C>> pickers = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      pickers.add(flat(groups.members(i)));
    }
    return List.copyOf(pickers);
  }

  private Picker<C> flat(List<Member<C>> members) {
    if (members.isEmpty()) {
      return nobody();
    }
    List<C> endpoints = members.stream().map(Member::endpoint).toList();
    if (endpoints.size() == 1) {
      C only = endpoints.getFirst();
      return random -> only;
    }
    return switch (policy) {
      case LbPolicy.RoundRobin(var slowStart, var locality) ->
          new RoundRobinPicker<>(endpoints, weights(members, slowStart));
      case LbPolicy.LeastRequest least -> {
        long[] weights = weights(members, least.slowStart());
        yield least.fullScan() || Arrays.stream(weights).allMatch(w -> w == weights[0])
            ? new LeastRequestPicker<>(endpoints, least.choiceCount(), least.fullScan())
            : new WeightedLeastRequestPicker<>(
                endpoints, new WeightedIndex(weights), least.activeRequestBias());
      }
      case LbPolicy.Random random ->
          new RandomPicker<>(endpoints, new WeightedIndex(weights(members, null)));
      case LbPolicy.PeakEwma ewma ->
          new PeakEwmaPicker<>(endpoints, new WeightedIndex(weights(members, null)));
      case LbPolicy.ClientSideWeighted weighted ->
          new RoundRobinPicker<>(endpoints, reported(members, weighted));
      case LbPolicy.RingHash ring -> throw new IllegalStateException("placed by hash");
      case LbPolicy.Maglev maglev -> throw new IllegalStateException("placed by hash");
    };
  }

  private long[] weights(List<Member<C>> members, @Nullable SlowStart slowStart) {
    long[] weights = members.stream().mapToLong(Member::weight).toArray();
    if (slowStart == null) {
      return weights;
    }
    double window = slowStart.window().toNanos();
    double[] factors = new double[weights.length];
    boolean slow = false;
    for (int i = 0; i < factors.length; i++) {
      Member<C> member = members.get(i);
      double age = Math.max(1, member.endpoint().ageNanos(settings.now()));
      boolean fresh = age < window && ClusterPicker.healthy(member);
      factors[i] =
          fresh
              ? Math.max(
                  Math.pow(age / window, 1 / slowStart.aggression()),
                  slowStart.minWeightPercent() / 100)
              : 1;
      slow |= fresh;
    }
    if (slow) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] = Math.max(1, Math.round(weights[i] * factors[i] * SCALE));
      }
    }
    return weights;
  }

  /** Those that reported nothing get the median of what others did. */
  private long[] reported(List<Member<C>> members, LbPolicy.ClientSideWeighted policy) {
    double[] reported =
        members.stream()
            .mapToDouble(m -> m.endpoint().reportedWeight(policy, settings.now()))
            .toArray();
    double[] known = Arrays.stream(reported).filter(w -> w > 0).sorted().toArray();
    long[] weights = new long[reported.length];
    if (known.length == 0) {
      Arrays.fill(weights, 1);
      return weights;
    }
    double median =
        known.length % 2 == 1
            ? known[known.length / 2]
            : (known[known.length / 2 - 1] + known[known.length / 2]) / 2;
    for (int i = 0; i < weights.length; i++) {
      double weight = reported[i] > 0 ? reported[i] : median;
      weights[i] = Math.max(1, Math.round(weight / median * SCALE));
    }
    return weights;
  }
}
