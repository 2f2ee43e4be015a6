package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.HealthCheck;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster: those that discovery lists and, where there are health checks, those
 * that it lists no more although checks still find them well. They leave once checks do not. All
 * but reading is for the thread that publishes Runtimes.
 */
final class Members {
  private final boolean checked;
  private volatile List<Member<ActiveEndpoint>> all;
  private volatile Set<ActiveEndpoint> leaving;

  private Members(boolean checked, List<Member<ActiveEndpoint>> all, Set<ActiveEndpoint> leaving) {
    this.checked = checked;
    this.all = List.copyOf(all);
    this.leaving = Set.copyOf(leaving);
  }

  /** These, and those of the cluster in force that are not listed any more but well. */
  static Members of(
      Map<InetSocketAddress, Member<ActiveEndpoint>> listed,
      Cluster config,
      @Nullable ActiveCluster previous) {
    HealthCheck check = config.healthCheck();
    List<Member<ActiveEndpoint>> all = new ArrayList<>(listed.values());
    Set<ActiveEndpoint> leaving = new HashSet<>();
    // A cluster that was configured anew has the endpoints that it is told of, as in Envoy.
    if (check != null
        && !check.goneAtOnce()
        && previous != null
        && previous.config().equals(config)) {
      Set<Object> places = new HashSet<>();
      listed.values().forEach(member -> places.add(member.endpoint().place()));
      for (Member<ActiveEndpoint> member : previous.members()) {
        if (!places.contains(member.endpoint().place()) && stays(member)) {
          all.add(member);
          leaving.add(member.endpoint());
        }
      }
    }
    return new Members(check != null, all, leaving);
  }

  private static boolean stays(Member<ActiveEndpoint> member) {
    HealthStatus said = member.health();
    return !member.endpoint().checking().disabled()
        && !member.endpoint().failing()
        && said != HealthStatus.UNHEALTHY
        && said != HealthStatus.TIMEOUT
        && said != HealthStatus.DRAINING;
  }

  List<Member<ActiveEndpoint>> all() {
    return all;
  }

  boolean isLeaving(ActiveEndpoint endpoint) {
    return leaving.contains(endpoint);
  }

  /** Whether it was leaving, and is gone now. */
  boolean letGo(ActiveEndpoint endpoint) {
    if (!leaving.contains(endpoint)) {
      return false;
    }
    all = all.stream().filter(member -> !member.endpoint().equals(endpoint)).toList();
    Set<ActiveEndpoint> rest = new HashSet<>(leaving);
    rest.remove(endpoint);
    leaving = Set.copyOf(rest);
    return true;
  }

  /**
   * @param each whether what endpoints are is said of each
   */
  void report(ClusterStats stats, boolean each) {
    int healthy = 0;
    int degraded = 0;
    int excluded = 0;
    int ejected = 0;
    int passing = 0;
    int avoided = 0;
    for (Member<ActiveEndpoint> member : all) {
      ActiveEndpoint endpoint = member.endpoint();
      healthy += ClusterPicker.healthy(member) ? 1 : 0;
      if (each) {
        endpoint.counts().healthy(ClusterPicker.healthy(member));
      }
      degraded += ClusterPicker.degraded(member) ? 1 : 0;
      excluded += endpoint.uncounted() || member.health() == HealthStatus.DRAINING ? 1 : 0;
      ejected += endpoint.ejected() ? 1 : 0;
      boolean asked = checked && !endpoint.checking().disabled();
      passing += asked && !endpoint.failing() ? 1 : 0;
      avoided += asked && endpoint.degraded() ? 1 : 0;
    }
    stats.membership(all.size(), healthy, degraded, excluded, ejected);
    if (checked) {
      stats.checkedEndpoints(passing, avoided);
    }
  }
}
