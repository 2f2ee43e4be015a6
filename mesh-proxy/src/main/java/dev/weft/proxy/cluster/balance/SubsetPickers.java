package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.SubsetPolicy;
import dev.weft.xds.model.SubsetPolicy.Fallback;
import dev.weft.xds.model.SubsetPolicy.Selector;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the picker of the endpoints that a route wants, as Envoy's subset load balancer does:
 * subsets are made by the selectors' keys, and a route's criteria choose one if they have exactly
 * the keys of a selector.
 */
final class SubsetPickers<C extends Candidate> {
  private final Map<MetadataCriteria, ClusterPicker<C>> subsets;
  private final Map<Set<String>, Selector> selectors;
  private final Fallback fallback;
  private final @Nullable ClusterPicker<C> any;
  private final @Nullable ClusterPicker<C> byDefault;
  private final boolean panicAny;
  private final boolean lists;

  private SubsetPickers(
      Map<MetadataCriteria, ClusterPicker<C>> subsets,
      Map<Set<String>, Selector> selectors,
      SubsetPolicy policy,
      @Nullable ClusterPicker<C> any,
      @Nullable ClusterPicker<C> byDefault) {
    this.subsets = subsets;
    this.selectors = selectors;
    this.fallback = policy.fallback();
    this.any = any;
    this.byDefault = byDefault;
    this.panicAny = policy.panicModeAny();
    this.lists = policy.metadataFallback();
  }

  static <C extends Candidate> SubsetPickers<C> build(
      SubsetPolicy policy, List<Member<C>> members, BalanceSettings settings) {
    Map<MetadataCriteria, List<Member<C>>> groups = new LinkedHashMap<>();
    Map<Set<String>, Selector> selectors = new HashMap<>();
    for (Selector selector : policy.selectors()) {
      // Of two with the same keys the first counts.
      if (selectors.putIfAbsent(Set.copyOf(selector.keys()), selector) != null) {
        continue;
      }
      for (Member<C> member : members) {
        for (MetadataCriteria subset : subsetsOf(member, selector, policy.listAsAny())) {
          List<Member<C>> group = groups.computeIfAbsent(subset, s -> new ArrayList<>());
          if (!selector.singleHost() || group.isEmpty()) {
            group.add(member);
          }
        }
      }
    }
    Map<MetadataCriteria, ClusterPicker<C>> pickers = new HashMap<>();
    groups.forEach(
        (subset, group) -> pickers.put(subset, picker(policy, members, group, settings)));
    List<Member<C>> usual =
        members.stream()
            .filter(m -> matches(m.metadata(), policy.defaultSubset(), policy.listAsAny()))
            .toList();
    return new SubsetPickers<>(
        Map.copyOf(pickers),
        Map.copyOf(selectors),
        policy,
        picker(policy, members, members, settings),
        picker(policy, members, usual, settings));
  }

  private static <C extends Candidate> ClusterPicker<C> picker(
      SubsetPolicy policy, List<Member<C>> all, List<Member<C>> subset, BalanceSettings settings) {
    LbPolicy.OfEndpoints within = policy.within();
    return ClusterPicker.build(within, weighed(policy, all, subset), settings);
  }

  /** Members with what the weights of localities are within subsets. */
  private static <C extends Candidate> List<Member<C>> weighed(
      SubsetPolicy policy, List<Member<C>> all, List<Member<C>> subset) {
    if (policy.localityWeightAware() && !policy.scaleLocalityWeight()) {
      return subset;
    }
    List<Member<C>> weighed = new ArrayList<>();
    for (Member<C> member : subset) {
      int weight = 0;
      if (policy.localityWeightAware()) {
        long inSubset = count(subset, member);
        // Rounded down to nothing it gets nothing, as in Envoy.
        weight = (int) Math.round((double) member.localityWeight() * inSubset / count(all, member));
      }
      weighed.add(
          new Member<>(
              member.endpoint(),
              member.weight(),
              member.priority(),
              member.health(),
              member.locality(),
              weight,
              member.address(),
              member.hostname(),
              member.metadata()));
    }
    return weighed;
  }

  private static <C extends Candidate> long count(List<Member<C>> members, Member<C> like) {
    return members.stream()
        .filter(m -> m.priority() == like.priority() && m.locality().equals(like.locality()))
        .count();
  }

  /** The subsets that a member is in: several where it has lists of values. */
  private static <C extends Candidate> List<MetadataCriteria> subsetsOf(
      Member<C> member, Selector selector, boolean listAsAny) {
    List<Map<String, MetadataValue>> found = new ArrayList<>();
    found.add(Map.of());
    for (String key : selector.keys()) {
      MetadataValue value = member.metadata().get(key);
      if (value == null) {
        return List.of();
      }
      List<MetadataValue> values =
          listAsAny && value instanceof MetadataValue.Several(List<MetadataValue> several)
              ? several
              : List.of(value);
      List<Map<String, MetadataValue>> longer = new ArrayList<>();
      for (Map<String, MetadataValue> shorter : found) {
        for (MetadataValue each : values) {
          Map<String, MetadataValue> next = new HashMap<>(shorter);
          next.put(key, each);
          longer.add(next);
        }
      }
      found = longer;
    }
    return selector.keys().isEmpty()
        ? List.of()
        : found.stream().map(MetadataCriteria::of).distinct().toList();
  }

  private static boolean matches(
      Map<String, MetadataValue> has, Map<String, MetadataValue> wanted, boolean listAsAny) {
    return wanted.entrySet().stream()
        .allMatch(
            want -> {
              MetadataValue value = has.get(want.getKey());
              return want.getValue().equals(value)
                  || listAsAny
                      && value instanceof MetadataValue.Several several
                      && several.values().contains(want.getValue());
            });
  }

  /** The picker of all endpoints. */
  @Nullable ClusterPicker<C> whole() {
    return any;
  }

  /**
   * The picker for a request.
   *
   * @param criteria null where the route has none
   * @return null if nobody may be picked
   */
  @Nullable ClusterPicker<C> find(@Nullable MetadataCriteria criteria) {
    if (criteria != null && lists && !criteria.fallbacks().isEmpty()) {
      for (int i = 0; i < criteria.fallbacks().size(); i++) {
        ClusterPicker<C> found = one(criteria.fallbacks().get(i));
        if (found != null && !found.isEmpty()) {
          return found;
        }
      }
      return null;
    }
    return one(criteria);
  }

  private @Nullable ClusterPicker<C> one(@Nullable MetadataCriteria criteria) {
    if (criteria != null) {
      ClusterPicker<C> subset = subsets.get(criteria);
      if (subset != null) {
        return subset;
      }
      Selector selector = selectors.get(criteria.keys());
      if (selector != null && selector.fallback() != Fallback.NOT_DEFINED) {
        return switch (selector.fallback()) {
          case ANY_ENDPOINT -> any;
          case DEFAULT_SUBSET -> byDefault;
          case KEYS_SUBSET -> one(criteria.only(selector.fallbackKeys()));
          case NO_FALLBACK, NOT_DEFINED -> null;
        };
      }
    }
    ClusterPicker<C> otherwise =
        switch (fallback) {
          case ANY_ENDPOINT -> any;
          case DEFAULT_SUBSET -> byDefault;
          case NO_FALLBACK, KEYS_SUBSET, NOT_DEFINED -> null;
        };
    return fallback != Fallback.NO_FALLBACK
            && panicAny
            && (otherwise == null || otherwise.isEmpty())
        ? any
        : otherwise;
  }
}
