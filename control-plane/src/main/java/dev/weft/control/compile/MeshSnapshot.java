package dev.weft.control.compile;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The compiled mesh at one moment: what all clients share, and how to make what is one client's
 * own. Any thread may use it.
 */
public final class MeshSnapshot {
  /** Distinct sets of application ports whose cluster lists are kept; beyond it they are remade. */
  private static final int MAX_KEPT = 10_000;

  private final long revision;
  private final MeshView view;
  private final RouteTables tables;
  private final ResourceSnapshot shared;
  private final ResourceEncoder encoder;
  private final Set<String> clusterNames;
  private final Map<List<Cluster>, ResourceSnapshot> withInbound;
  private final Map<String, ResourceSnapshot> routes;
  private final LocalEndpoints endpoints;

  MeshSnapshot(
      long revision,
      MeshView view,
      RouteTables tables,
      ResourceSnapshot shared,
      ResourceEncoder encoder,
      @Nullable MeshSnapshot previous) {
    this.revision = revision;
    this.view = view;
    this.tables = tables;
    this.shared = shared;
    this.encoder = encoder;
    this.clusterNames = shared.resources(XdsType.CLUSTER).keySet();
    boolean sameClusters =
        previous != null
            && previous.withInbound.size() < MAX_KEPT
            && previous.shared.version(XdsType.CLUSTER).equals(shared.version(XdsType.CLUSTER));
    this.withInbound =
        previous != null && sameClusters ? previous.withInbound : new ConcurrentHashMap<>();
    this.endpoints = new LocalEndpoints(view, shared, encoder);
    this.routes =
        previous != null && previous.tables == tables ? previous.routes : new ConcurrentHashMap<>();
  }

  /** The revision of the configuration it was compiled from. */
  public long revision() {
    return revision;
  }

  RouteTables tables() {
    return tables;
  }

  /** What a client should hold. */
  public sealed interface ForClient {
    /** Consistent in itself. */
    record Ready(ResourceSnapshot snapshot) implements ForClient {}

    /** What the client says of itself cannot be served; it keeps what it has. */
    record Impossible(List<String> problems) implements ForClient {}
  }

  /** Makes what this client should hold. */
  public ForClient forClient(ClientKind client) {
    return switch (client) {
      case ClientKind.Sidecar(SidecarNode node) -> forSidecar(node);
    };
  }

  private ForClient forSidecar(SidecarNode node) {
    ListenerTranslator own = new ListenerTranslator(view, node);
    List<Listener> listeners = own.listeners();
    List<Cluster> inbound = own.inboundClusters();
    RouteConfig table = tables.of(node.namespace());
    Problems problems = new Problems();
    ConsistencyCheck check = new ConsistencyCheck(problems);
    check.known(clusterNames);
    check.clusters(inbound, Set.of());
    check.tables(Set.of(table.name()));
    check.listeners(listeners);
    if (!problems.isEmpty()) {
      return new ForClient.Impossible(problems.toList());
    }
    ResourceSnapshot.Builder builder =
        ResourceSnapshot.builder(revision)
            .share(XdsType.CLUSTER, clusters(inbound))
            .share(XdsType.ENDPOINT, endpoints.at(node.place()))
            .share(XdsType.ROUTE, routes(node.namespace(), table));
    listeners.forEach(listener -> builder.add(encoder.encode(listener)));
    return new ForClient.Ready(builder.build());
  }

  private ResourceSnapshot clusters(List<Cluster> inbound) {
    return withInbound.computeIfAbsent(
        inbound,
        own -> {
          ResourceSnapshot.Builder builder =
              ResourceSnapshot.builder(revision).share(XdsType.CLUSTER, shared);
          own.forEach(cluster -> builder.add(encoder.encode(cluster)));
          return builder.build();
        });
  }

  private ResourceSnapshot routes(String namespace, RouteConfig table) {
    return routes.computeIfAbsent(
        namespace, n -> ResourceSnapshot.builder(revision).add(encoder.encode(table)).build());
  }
}
