package dev.weft.proxy.config;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.ResourceName;
import dev.weft.xds.resource.XdsType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From the resources at hand to a complete configuration, pure.
 *
 * <ul>
 *   <li>A listener waits for its route tables, a cluster for its endpoints; all others go on.
 *   <li>What waits and has a predecessor leaves that in service.
 *   <li>Endpoints and route tables that are in use stay when their resource is removed.
 *   <li>The first listeners wait for the first clusters, and for the first word of a control plane
 *       that is to send some, so that no request meets half a configuration.
 * </ul>
 */
public final class ConfigAssembler {
  private static final int OVERPROVISIONING = 140;

  private final Resources now;
  private final Map<String, Listener> servedListeners;
  private final Map<String, RouteConfig> servedRoutes;
  private final Map<String, ClusterConfig> servedClusters;
  private final Map<String, EndpointSet> servedEndpoints = new HashMap<>();
  private final boolean wasStarted;

  private final SortedMap<ResourceKey, ResourceKey> warming = new TreeMap<>();
  private final Map<XdsType, SortedSet<String>> subscriptions = new EnumMap<>(XdsType.class);

  private ConfigAssembler(Resources now, Assembly before) {
    this.now = now;
    this.wasStarted = before.started();
    this.servedListeners = byName(before.config().listeners(), Listener::name);
    this.servedRoutes = before.config().routeConfigs();
    this.servedClusters = byName(before.config().clusters(), c -> c.cluster().name());
    for (ClusterConfig served : servedClusters.values()) {
      if (served.cluster().discovery() instanceof Cluster.Eds(String service)) {
        servedEndpoints.put(service, served.endpoints());
      }
    }
    for (XdsType byName : List.of(XdsType.ENDPOINT, XdsType.ROUTE, XdsType.SECRET)) {
      subscriptions.put(byName, new TreeSet<>());
    }
  }

  /** What can be served after a change of the resources, and what must be asked for. */
  public static Assembly assemble(Resources now, Assembly before) {
    return new ConfigAssembler(now, before).assemble();
  }

  private Assembly assemble() {
    List<ClusterConfig> clusters = new ArrayList<>();
    for (Cluster wanted : new TreeMap<>(now.clusters()).values()) {
      ClusterConfig cluster = cluster(wanted);
      if (cluster != null) {
        clusters.add(cluster);
      }
    }
    for (XdsType type : now.pending()) {
      ResourceKey everything = new ResourceKey(type, ResourceName.WILDCARD);
      warming.put(everything, everything);
    }
    boolean started = wasStarted || warming.isEmpty();
    List<Listener> listeners = new ArrayList<>();
    Map<String, RouteConfig> routes = new HashMap<>();
    for (Listener wanted : new TreeMap<>(now.listeners()).values()) {
      Listener listener = listener(wanted, started);
      if (listener != null) {
        listeners.add(listener);
        for (String table : References.routes(listener)) {
          RouteConfig found = routes(table);
          if (found != null) {
            routes.put(table, found);
          }
        }
      }
    }
    return new Assembly(
        new ProxyConfig(listeners, routes, clusters),
        warming,
        subscriptions,
        started && (wasStarted || !listeners.isEmpty()));
  }

  /** What serves a cluster now: itself, its predecessor while it waits, or nothing yet. */
  private @Nullable ClusterConfig cluster(Cluster cluster) {
    subscribe(XdsType.SECRET, References.secrets(cluster));
    ResourceKey awaited = awaited(cluster);
    EndpointSet endpoints = endpoints(cluster);
    if (endpoints == null && now.givenUp().contains(awaited)) {
      endpoints = new EndpointSet(awaited.name(), List.of(), OVERPROVISIONING);
    }
    if (endpoints != null) {
      return new ClusterConfig(cluster, endpoints);
    }
    warming.put(new ResourceKey(XdsType.CLUSTER, cluster.name()), awaited);
    ClusterConfig served = servedClusters.get(cluster.name());
    if (served == null) {
      return null;
    }
    subscribe(XdsType.SECRET, References.secrets(served.cluster()));
    EndpointSet newer = endpoints(served.cluster());
    return newer == null ? served : new ClusterConfig(served.cluster(), newer);
  }

  private static ResourceKey awaited(Cluster cluster) {
    return cluster.discovery() instanceof Cluster.Eds(String service)
        ? new ResourceKey(XdsType.ENDPOINT, service)
        : new ResourceKey(XdsType.CLUSTER, cluster.name()); // its own names, to be resolved
  }

  private @Nullable EndpointSet endpoints(Cluster cluster) {
    return switch (cluster.discovery()) {
      case Cluster.Static(EndpointSet given) -> given;
      case Cluster.Aggregate others -> new EndpointSet(cluster.name(), List.of(), OVERPROVISIONING);
      case Cluster.OriginalDst said -> new EndpointSet(cluster.name(), List.of(), OVERPROVISIONING);
      case Cluster.Eds(String service) -> {
        subscribe(XdsType.ENDPOINT, service);
        EndpointSet found = now.endpoints().get(service);
        yield found == null ? servedEndpoints.get(service) : found;
      }
      case Cluster.ByName dns -> {
        EndpointSet found = now.resolved().get(cluster.name());
        ClusterConfig served = servedClusters.get(cluster.name());
        yield found == null && served != null && dns.equals(served.cluster().discovery())
            ? served.endpoints()
            : found;
      }
    };
  }

  private @Nullable Listener listener(Listener listener, boolean started) {
    if (listener.address() == null) {
      return null; // API listeners are for clients inside applications
    }
    subscribe(XdsType.SECRET, References.secrets(listener));
    SortedSet<String> tables = References.routes(listener);
    subscribe(XdsType.ROUTE, tables);
    ResourceKey key = new ResourceKey(XdsType.LISTENER, listener.name());
    for (String table : tables) {
      if (routes(table) == null) {
        warming.put(key, new ResourceKey(XdsType.ROUTE, table));
        Listener served = servedListeners.get(listener.name());
        if (served != null) {
          subscribe(XdsType.SECRET, References.secrets(served));
          subscribe(XdsType.ROUTE, References.routes(served));
        }
        return served;
      }
    }
    if (!started) {
      warming.put(key, warming.firstKey());
      return null;
    }
    return listener;
  }

  private @Nullable RouteConfig routes(String name) {
    RouteConfig found = now.routes().get(name);
    if (found == null) {
      found = servedRoutes.get(name);
    }
    if (found == null && now.givenUp().contains(new ResourceKey(XdsType.ROUTE, name))) {
      found = new RouteConfig(name, List.of(), HeaderMutations.NONE);
    }
    return found;
  }

  private void subscribe(XdsType type, String name) {
    subscribe(type, new TreeSet<>(List.of(name)));
  }

  private void subscribe(XdsType type, SortedSet<String> names) {
    subscriptions.computeIfAbsent(type, t -> new TreeSet<>()).addAll(names);
  }

  private static <T> Map<String, T> byName(List<T> all, Function<T, String> name) {
    return all.stream().collect(Collectors.toUnmodifiableMap(name, Function.identity()));
  }
}
