package dev.weft.control.compile;

import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.CodecType;
import dev.weft.xds.model.HttpConnectionManager.EscapedSlashes;
import dev.weft.xds.model.HttpConnectionManager.ForwardClientCert;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Listener.TrafficDirection;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.TcpProxy;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpgradeConfig;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import dev.weft.xds.model.VirtualHostBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What is of one sidecar alone: its listeners, and the clusters of the application behind it. */
final class ListenerTranslator {
  private static final Duration HANDSHAKE = Duration.ofSeconds(10);
  private static final Duration FIRST_BYTES = Duration.ofSeconds(15);
  private static final Set<String> ANY_ADDRESS = Set.of("0.0.0.0", "::");

  private final MeshView mesh;
  private final SidecarNode node;

  ListenerTranslator(MeshView mesh, SidecarNode node) {
    this.mesh = mesh;
    this.node = node;
  }

  /** The listeners that can be had now; one that could serve nothing yet is left out. */
  List<Listener> listeners() {
    List<Listener> listeners = new ArrayList<>();
    inbound().ifPresent(listeners::add);
    listeners.add(outbound());
    new TreeMap<>(node.upstreams())
        .forEach((upstream, port) -> upstream(upstream, port).ifPresent(listeners::add));
    return listeners;
  }

  /** A cluster for each port of the application that a service of the mesh names. */
  List<Cluster> inboundClusters() {
    Map<String, Cluster> clusters = new LinkedHashMap<>();
    for (PortView port : servedPorts()) {
      Integer applicationPort = node.ports().get(port.name());
      if (applicationPort != null) {
        // Where two services see the port differently, its own service (the first) is right.
        clusters.putIfAbsent(
            port.name(), ClusterTranslator.inbound(port.name(), applicationPort, port.protocol()));
      }
    }
    return List.copyOf(clusters.values());
  }

  private List<PortView> servedPorts() {
    return mesh.servicesOf(node).stream()
        .flatMap(service -> service.ports().stream())
        .filter(port -> node.ports().containsKey(port.name()))
        .toList();
  }

  private Listener outbound() {
    HttpConnectionManager http =
        HttpConnectionManager.of(
                MeshNames.OUTBOUND,
                CodecType.AUTO,
                new HttpConnectionManager.Rds(MeshNames.OUTBOUND))
            .withUpgrades(UpgradeConfig.WEBSOCKET);
    // Routes are matched by the path that endpoints get.
    HttpConnectionManager filtered =
        HttpConnectionManagerBuilder.builder(http)
            .normalizePath(true)
            .filters(FilterTranslator.outbound())
            .build();
    FilterChain chain =
        new FilterChain(MeshNames.OUTBOUND, ChainMatch.ANY, null, Duration.ZERO, filtered);
    return outbound(
        MeshNames.OUTBOUND,
        new SocketAddress(node.outboundAddress(), node.outboundPort()),
        List.of(chain));
  }

  private Optional<Listener> upstream(String upstream, int localPort) {
    return target(upstream)
        .map(
            port -> {
              String name = MeshNames.upstreamListener(upstream);
              return outbound(
                  name,
                  new SocketAddress(node.outboundAddress(), localPort),
                  List.of(
                      new FilterChain(
                          name,
                          ChainMatch.ANY,
                          null,
                          Duration.ZERO,
                          new TcpProxy(
                              name, TargetTranslator.of(port), port.settings().idle(), 3))));
            });
  }

  private Optional<PortView> target(String upstream) {
    int slash = upstream.indexOf('/');
    int dot = upstream.indexOf('.');
    if (slash < 0 || dot < 0 || dot > slash) {
      return Optional.empty();
    }
    return mesh.service(upstream.substring(dot + 1, slash), upstream.substring(0, dot))
        .flatMap(service -> service.port(upstream.substring(slash + 1)));
  }

  private Optional<Listener> inbound() {
    List<PortView> ports = servedPorts();
    if (ports.isEmpty()) {
      return Optional.empty();
    }
    List<FilterChain> chains = new ArrayList<>();
    for (PortView port : ports) {
      chains.add(
          new FilterChain(
              port.cluster(),
              ChainMatch.serverNames(
                  List.of(MeshNames.sni(port.service(), port.name(), mesh.trustDomain()))),
              tls(port.protocol()),
              HANDSHAKE,
              toApplication(port)));
    }
    // Only what is no TLS at all: a handshake that asks for another name is refused all the same.
    Optional<PortView> permissive =
        ports.stream().filter(port -> port.mtls() == MtlsMode.PERMISSIVE).findFirst();
    permissive.ifPresent(
        port ->
            chains.add(
                new FilterChain(
                    "plaintext", rawBuffer(), null, Duration.ZERO, toApplication(port))));
    return Optional.of(
        new Listener(
                MeshNames.INBOUND,
                new SocketAddress(bindAddress(), node.inboundPort()),
                chains,
                null,
                true,
                false,
                FIRST_BYTES,
                // A client without TLS may wait for the server's first word.
                permissive.isPresent(),
                TrafficDirection.INBOUND,
                null,
                null,
                0)
            .withStatPrefix(MeshNames.INBOUND));
  }

  /**
   * The address it asks for. Where it does not care, loopback stays on loopback; else any address,
   * for the reachable one may be translated.
   */
  private String bindAddress() {
    if (!ANY_ADDRESS.contains(node.inboundAddress())) {
      return node.inboundAddress();
    }
    if (node.address().startsWith("127.") || node.address().equals("::1")) {
      return node.address();
    }
    return node.address().indexOf(':') >= 0 ? "::" : "0.0.0.0";
  }

  private static ChainMatch rawBuffer() {
    return new ChainMatch(
        null, List.of(), List.of(), "raw_buffer", List.of(), List.of(), List.of(), List.of());
  }

  private DownstreamTls tls(Protocol protocol) {
    return new DownstreamTls(
        new TlsSettings(
            new TlsSettings.Provider(MeshNames.IDENTITY_PROVIDER),
            new TlsSettings.Provider(MeshNames.IDENTITY_PROVIDER),
            List.of(
                new SanMatch(
                    SanMatch.SanType.URI,
                    new StringMatch.Prefix("spiffe://" + mesh.trustDomain() + "/", false))),
            protocol.isHttp() ? List.of("h2", "http/1.1") : List.of("weft-tcp"),
            TlsVersion.TLS_1_3,
            TlsVersion.TLS_1_3),
        true);
  }

  private static NetworkFilter toApplication(PortView port) {
    String cluster = MeshNames.inboundCluster(port.name());
    if (!port.protocol().isHttp()) {
      return new TcpProxy(cluster, new ClusterTarget.Single(cluster), port.settings().idle(), 1);
    }
    HttpConnectionManager http =
        http(cluster, routes(port, cluster), FilterTranslator.inbound(port));
    return port.guard().byPath() ? withPlainPaths(http) : http;
  }

  /** What rules compare must be what the application gets, however a caller spells it. */
  private static HttpConnectionManager withPlainPaths(HttpConnectionManager http) {
    return HttpConnectionManagerBuilder.builder(http)
        .normalizePath(true)
        .mergeSlashes(true)
        .escapedSlashes(EscapedSlashes.UNESCAPE_AND_FORWARD)
        .build();
  }

  private static RouteConfig routes(PortView port, String cluster) {
    // The caller's sidecar bounds and repeats requests; this one only hands them on.
    RouteAction action =
        new RouteAction.Forward(
            new ClusterTarget.Single(cluster),
            Duration.ZERO,
            port.settings().idle(),
            null,
            null,
            null,
            null,
            Priority.DEFAULT);
    Route route = new Route("", RouteMatch.prefix("/"), action, HeaderMutations.NONE);
    VirtualHost host =
        new VirtualHost(
            cluster,
            List.of("*"),
            List.of(route),
            HeaderMutations.NONE,
            null,
            AttemptCount.ENDPOINT);
    if (port.settings().budget()) {
      host = VirtualHostBuilder.builder(host).deadlines(DeadlineBudget.INBOUND).build();
    }
    return new RouteConfig(cluster, List.of(host), HeaderMutations.NONE);
  }

  private static HttpConnectionManager http(
      String statPrefix, RouteConfig routes, List<HttpFilterConfig> filters) {
    HttpConnectionManager base =
        HttpConnectionManager.of(
            statPrefix, CodecType.AUTO, new HttpConnectionManager.Inline(routes));
    return HttpConnectionManagerBuilder.builder(base)
        .forwardClientCert(ForwardClientCert.SANITIZE_SET)
        .filters(filters)
        .build()
        .withUpgrades(UpgradeConfig.WEBSOCKET);
  }

  private static Listener outbound(String name, SocketAddress address, List<FilterChain> chains) {
    return new Listener(
            name, address, chains, null, false, Duration.ZERO, TrafficDirection.OUTBOUND, null)
        .withStatPrefix(name);
  }
}
