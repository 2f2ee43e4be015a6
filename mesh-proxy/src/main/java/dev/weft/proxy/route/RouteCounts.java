package dev.weft.proxy.route;

import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.RequestGroup;
import dev.weft.proxy.telemetry.RequestGroup.Kind;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.VirtualCluster;
import dev.weft.xds.model.VirtualHost;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Who counts the requests of a route beside their cluster: the route itself, if it has a prefix for
 * that, and the virtual clusters of its host, of which the first that fits.
 */
public final class RouteCounts {
  /** Nobody. */
  static final RouteCounts NONE = new RouteCounts(List.of(), new Group(null, RequestTally.NONE));

  private final List<Condition> conditions;
  private final Group otherwise;

  /**
   * Who counts a request.
   *
   * @param virtualCluster its name in logs; null where there is none
   */
  public record Group(@Nullable String virtualCluster, RequestTally tally) {}

  private record Condition(Predicate<RequestView> fits, Group group) {}

  private RouteCounts(List<Condition> conditions, Group otherwise) {
    this.conditions = conditions;
    this.otherwise = otherwise;
  }

  /**
   * Compiles what a host and its route say.
   *
   * @param prefix of the route; empty for none
   */
  static RouteCounts compile(
      VirtualHost host, String prefix, Function<List<RequestGroup>, RequestTally> tallies) {
    List<VirtualCluster> clusters = host.virtualClusters();
    if (clusters.isEmpty() && prefix.isEmpty()) {
      return NONE;
    }
    List<RequestGroup> route =
        prefix.isEmpty() ? List.of() : List.of(new RequestGroup(host.name(), Kind.ROUTE, prefix));
    if (clusters.isEmpty()) {
      return new RouteCounts(List.of(), new Group(null, tallies.apply(route)));
    }
    List<Condition> conditions = new ArrayList<>();
    for (VirtualCluster cluster : clusters) {
      RequestTally tally = tallies.apply(with(route, host, cluster.name()));
      conditions.add(
          new Condition(HeaderMatcher.all(cluster.headers()), new Group(cluster.name(), tally)));
    }
    RequestTally other = tallies.apply(with(route, host, RequestGroup.OTHER));
    // Logs have no name for it.
    return new RouteCounts(List.copyOf(conditions), new Group(null, other));
  }

  private static List<RequestGroup> with(
      List<RequestGroup> route, VirtualHost host, String virtualCluster) {
    List<RequestGroup> all = new ArrayList<>(route);
    all.add(new RequestGroup(host.name(), Kind.VIRTUAL_CLUSTER, virtualCluster));
    return all;
  }

  /** Who counts this request. */
  public Group of(Http2Headers request) {
    if (conditions.isEmpty()) {
      return otherwise;
    }
    RequestView view = RequestHeadView.of(request);
    for (int i = 0; i < conditions.size(); i++) {
      if (conditions.get(i).fits().test(view)) {
        return conditions.get(i).group();
      }
    }
    return otherwise;
  }
}
