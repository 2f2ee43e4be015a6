package dev.weft.control.compile;

import dev.weft.control.compile.PortView.Member;
import dev.weft.control.resource.LocalityPolicy;
import dev.weft.control.resource.LocalityPolicy.Distribute;
import dev.weft.control.resource.LocalityPolicy.Failover;
import dev.weft.control.resource.LocalityPolicy.Prefer;
import dev.weft.control.resource.LocalityPolicy.Shares;
import dev.weft.control.resource.Place;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Instances by where they are, in priorities and weights as a proxy at some place wants them. */
final class Nearness {
  /** So that a share of one percent can be divided among zones. */
  private static final long SCALE = 1_000;

  private Nearness() {}

  /** The localities of some members; priorities begin at 0 and have no gaps. */
  static List<LocalityEndpoints> localities(
      LocalityPolicy policy, List<Member> members, Place viewer) {
    SortedMap<Place, List<Member>> byPlace = new TreeMap<>();
    members.forEach(
        member -> byPlace.computeIfAbsent(member.place(), p -> new ArrayList<>()).add(member));
    return switch (policy) {
      case Prefer prefer -> preferred(prefer, byPlace, viewer);
      case Distribute distribute ->
          shares(distribute, viewer)
              .map(shares -> shared(shares.to(), byPlace))
              .orElseGet(() -> alike(byPlace));
    };
  }

  private static List<LocalityEndpoints> preferred(
      Prefer policy, SortedMap<Place, List<Member>> byPlace, Place viewer) {
    if (viewer.equals(Place.NOWHERE)) {
      return alike(byPlace);
    }
    List<Integer> ranks =
        byPlace.keySet().stream().map(at -> rank(policy, at, viewer)).distinct().sorted().toList();
    List<LocalityEndpoints> localities = new ArrayList<>();
    byPlace.forEach(
        (at, members) ->
            localities.add(
                locality(
                    at,
                    ranks.indexOf(rank(policy, at, viewer)),
                    PortView.weight(members),
                    members)));
    return nearestFirst(localities);
  }

  /** The smaller the nearer. */
  private static int rank(Prefer policy, Place at, Place viewer) {
    if (at.region().equals(viewer.region())) {
      boolean near = !policy.zone() || viewer.zone().isEmpty() || at.zone().equals(viewer.zone());
      return near ? 0 : 1;
    }
    List<String> order =
        policy.failover().stream()
            .filter(failover -> failover.from().equals(viewer.region()))
            .findFirst()
            .map(Failover::to)
            .orElse(List.of());
    int turn = order.indexOf(at.region());
    return 2 + (turn < 0 ? order.size() : turn);
  }

  /** A zone's own shares, or those of its region. */
  private static Optional<Shares> shares(Distribute policy, Place viewer) {
    return policy.shares().stream()
        .filter(shares -> shares.from().has(viewer))
        .max(Comparator.comparing(shares -> !shares.from().zone().isEmpty()));
  }

  private static List<LocalityEndpoints> shared(
      Map<Place, Integer> to, SortedMap<Place, List<Member>> byPlace) {
    Map<Place, Long> weights = new TreeMap<>();
    byPlace.forEach(
        (at, members) -> {
          Place with = holder(to, at);
          if (with != null) {
            weights.merge(with, PortView.weight(members), Long::sum);
          }
        });
    int rest = weights.isEmpty() ? 0 : 1;
    List<LocalityEndpoints> localities = new ArrayList<>();
    byPlace.forEach(
        (at, members) -> {
          long own = PortView.weight(members);
          Place with = holder(to, at);
          localities.add(
              with == null
                  ? locality(at, rest, own, members)
                  : locality(
                      at,
                      0,
                      Math.max(
                          1,
                          to.getOrDefault(with, 0) * SCALE * own / weights.getOrDefault(with, own)),
                      members));
        });
    return nearestFirst(localities);
  }

  /** Whose share instances at a place have. */
  private static @Nullable Place holder(Map<Place, Integer> to, Place at) {
    for (Place place : to.keySet()) {
      if (place.has(at)) {
        return place;
      }
    }
    return null;
  }

  /** So that every instance gets as much as any other of its weight. */
  private static List<LocalityEndpoints> alike(SortedMap<Place, List<Member>> byPlace) {
    List<LocalityEndpoints> localities = new ArrayList<>();
    byPlace.forEach(
        (at, members) -> localities.add(locality(at, 0, PortView.weight(members), members)));
    return localities;
  }

  private static LocalityEndpoints locality(
      Place at, int priority, long weight, List<Member> members) {
    return new LocalityEndpoints(
        new Locality(at.region(), at.zone(), ""),
        priority,
        Math.toIntExact(weight),
        EndpointTranslator.endpoints(members));
  }

  private static List<LocalityEndpoints> nearestFirst(List<LocalityEndpoints> localities) {
    return localities.stream()
        .sorted(Comparator.comparingInt(LocalityEndpoints::priority))
        .toList();
  }
}
