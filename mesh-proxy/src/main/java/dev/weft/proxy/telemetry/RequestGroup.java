package dev.weft.proxy.telemetry;

import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.VirtualCluster;
import dev.weft.xds.model.VirtualHost;
import java.util.Collection;
import java.util.Comparator;

/**
 * Requests to a virtual host that are counted together, whatever their cluster.
 *
 * @param name the prefix of their routes, or the name of their virtual cluster
 */
public record RequestGroup(String virtualHost, Kind kind, String name)
    implements Comparable<RequestGroup> {
  /** The virtual cluster of requests that fit no other. */
  public static final String OTHER = "other";

  private static final Comparator<RequestGroup> ORDER =
      Comparator.comparing(RequestGroup::virtualHost)
          .thenComparing(RequestGroup::kind)
          .thenComparing(RequestGroup::name);

  /** Why they are counted together. */
  public enum Kind {
    ROUTE("route"),
    VIRTUAL_CLUSTER("vcluster");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /** Adds those of a route table. */
  static void addAll(RouteConfig table, Collection<RequestGroup> groups) {
    for (VirtualHost host : table.virtualHosts()) {
      for (VirtualCluster cluster : host.virtualClusters()) {
        groups.add(new RequestGroup(host.name(), Kind.VIRTUAL_CLUSTER, cluster.name()));
      }
      if (!host.virtualClusters().isEmpty()) {
        groups.add(new RequestGroup(host.name(), Kind.VIRTUAL_CLUSTER, OTHER));
      }
      for (Route route : host.routes()) {
        if (!route.statPrefix().isEmpty()) {
          groups.add(new RequestGroup(host.name(), Kind.ROUTE, route.statPrefix()));
        }
      }
    }
  }

  /** Envoy's plain name, without what is counted. */
  String plain() {
    return virtualHost + "." + kind.text + "." + name;
  }

  @Override
  public int compareTo(RequestGroup other) {
    return ORDER.compare(this, other);
  }
}
