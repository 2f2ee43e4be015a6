package dev.weft.proxy.cluster.balance;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.EndpointSet.Locality;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Members by their localities: the proxy's own first, then in order of their names.
 *
 * @param <C> the endpoints
 */
final class Localities<C extends Candidate> {
  private static final Comparator<Locality> ORDER =
      Comparator.comparing(Locality::region)
          .thenComparing(Locality::zone)
          .thenComparing(Locality::subZone);

  private record Group<C>(Locality locality, long weight, List<Member<C>> members) {}

  private final List<Group<C>> groups;

  private Localities(List<Group<C>> groups) {
    this.groups = groups;
  }

  /**
   * Groups members, and leaves out those that are not fit; localities stay without any.
   *
   * @param own the proxy's locality; null where it is not known
   */
  static <C extends Candidate> Localities<C> of(
      List<Member<C>> all, List<Member<C>> fit, @Nullable Locality own) {
    Map<Locality, Group<C>> byName =
        new TreeMap<>(
            Comparator.<Locality, Boolean>comparing(l -> !l.equals(own)).thenComparing(ORDER));
    for (Member<C> member : all) {
      byName.computeIfAbsent(
          member.locality(), name -> new Group<>(name, member.localityWeight(), new ArrayList<>()));
    }
    for (Member<C> member : fit) {
      Group<C> group = byName.get(member.locality());
      if (group != null) {
        group.members().add(member);
      }
    }
    return new Localities<>(List.copyOf(byName.values()));
  }

  int size() {
    return groups.size();
  }

  Locality name(int i) {
    return groups.get(i).locality();
  }

  long weight(int i) {
    return groups.get(i).weight();
  }

  List<Member<C>> members(int i) {
    return groups.get(i).members();
  }
}
