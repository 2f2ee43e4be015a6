package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.proxy.cluster.balance.Pickers;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.LbPolicy.LocalityWeighted;
import dev.weft.xds.model.LbPolicy.ZoneAware;
import dev.weft.xds.model.SubsetPolicy;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * In which proportion requests to a cluster go to its endpoints, where that follows from weights:
 * to those that are well of the first priority that has any. Nothing is said where requests are
 * placed by hashes, subsets, zones, reports or by what they say themselves, nor in panic.
 * Immutable.
 */
public final class EndpointShares {
  private static final int PERCENT = 100;

  private final Pickers<ActiveEndpoint> from;
  private final Map<InetSocketAddress, Double> weights;

  private EndpointShares(Pickers<ActiveEndpoint> from, Map<InetSocketAddress, Double> weights) {
    this.from = from;
    this.weights = Map.copyOf(weights);
  }

  /**
   * The shares as they are now. From any thread.
   *
   * @param before those of an earlier time, to be given again if nothing has changed; null for none
   */
  public static EndpointShares of(ActiveCluster cluster, @Nullable EndpointShares before) {
    // They are built anew when endpoints or their health change.
    Pickers<ActiveEndpoint> from = cluster.pickers();
    return before != null && before.from == from
        ? before
        : new EndpointShares(from, weights(cluster));
  }

  /** Above 0, by where the endpoints are; empty where nothing is said. */
  public Map<InetSocketAddress, Double> weights() {
    return weights;
  }

  private static Map<InetSocketAddress, Double> weights(ActiveCluster cluster) {
    if (cluster.aggregation() != null || cluster.destinations() != null) {
      return Map.of();
    }
    LocalityLb locality = locality(cluster.config().lbPolicy());
    if (locality == null || locality instanceof ZoneAware && knowsZones(cluster.view())) {
      return Map.of();
    }
    List<Member<ActiveEndpoint>> members =
        cluster.members().stream()
            .filter(member -> member.health() != HealthStatus.DRAINING)
            .toList();
    OptionalInt first =
        members.stream().filter(ClusterPicker::healthy).mapToInt(Member::priority).min();
    if (first.isEmpty()) {
      return Map.of();
    }
    List<Member<ActiveEndpoint>> all =
        members.stream().filter(member -> member.priority() == first.getAsInt()).toList();
    List<Member<ActiveEndpoint>> well = all.stream().filter(ClusterPicker::healthy).toList();
    if (well.size() * PERCENT < all.size() * cluster.config().panicThreshold()) {
      return Map.of();
    }
    boolean byLocality =
        locality instanceof LocalityWeighted
            && all.stream().anyMatch(member -> member.localityWeight() > 0);
    return byLocality ? byLocality(well) : flat(well);
  }

  private static boolean knowsZones(LocalView view) {
    return view.own() != null && !view.peers().isEmpty();
  }

  private static @Nullable LocalityLb locality(LbPolicy policy) {
    return switch (policy) {
      case LbPolicy.RoundRobin roundRobin -> roundRobin.locality();
      case LbPolicy.LeastRequest least -> least.locality();
      case LbPolicy.Random any -> any.locality();
      case LbPolicy.PeakEwma ewma -> ewma.locality();
      case LbPolicy.RingHash _, LbPolicy.Maglev _, LbPolicy.ClientSideWeighted _, SubsetPolicy _ ->
          null;
    };
  }

  private static Map<InetSocketAddress, Double> flat(List<Member<ActiveEndpoint>> well) {
    Map<InetSocketAddress, Double> weights = new HashMap<>();
    well.forEach(member -> put(weights, member, member.weight()));
    return weights;
  }

  private static Map<InetSocketAddress, Double> byLocality(List<Member<ActiveEndpoint>> well) {
    Map<Locality, Double> within = new HashMap<>();
    well.forEach(member -> within.merge(member.locality(), (double) member.weight(), Double::sum));
    Map<InetSocketAddress, Double> weights = new HashMap<>();
    for (Member<ActiveEndpoint> member : well) {
      double sum = within.getOrDefault(member.locality(), 1.0);
      put(weights, member, member.localityWeight() * member.weight() / sum);
    }
    return weights;
  }

  private static void put(
      Map<InetSocketAddress, Double> weights, Member<ActiveEndpoint> member, double weight) {
    if (weight > 0) {
      weights.put(member.endpoint().address(), weight);
    }
  }
}
