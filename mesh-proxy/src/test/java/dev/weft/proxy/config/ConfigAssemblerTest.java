package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ConfigAssemblerTest {
  private final Map<String, Listener> listeners = new HashMap<>();
  private final Map<String, RouteConfig> routes = new HashMap<>();
  private final Map<String, Cluster> clusters = new HashMap<>();
  private final Map<String, EndpointSet> endpoints = new HashMap<>();
  private final Map<String, EndpointSet> resolved = new HashMap<>();
  private final Set<ResourceKey> givenUp = new HashSet<>();
  private final Set<XdsType> pending = EnumSet.noneOf(XdsType.class);
  private Assembly last = Assembly.NONE;

  private Assembly assemble() {
    last =
        ConfigAssembler.assemble(
            new Resources(listeners, routes, clusters, endpoints, resolved, givenUp, pending),
            last);
    return last;
  }

  @Test
  void whatIsCompleteIsServed() {
    clusters.put("cart", eds("cart", "cart"));
    endpoints.put("cart", at("cart", 8080));
    listeners.put("outbound", listener("outbound", 15001, "routes"));
    routes.put("routes", new RouteConfig("routes", List.of(), HeaderMutations.NONE));

    Assembly assembly = assemble();

    assertThat(assembly.complete()).isTrue();
    assertThat(assembly.config().listeners()).containsExactlyElementsOf(listeners.values());
    assertThat(assembly.config().routeConfigs()).isEqualTo(routes);
    assertThat(assembly.config().clusters())
        .containsExactly(new ClusterConfig(eds("cart", "cart"), at("cart", 8080)));
    assertThat(assembly.subscriptions().get(XdsType.ENDPOINT)).containsExactly("cart");
    assertThat(assembly.subscriptions().get(XdsType.ROUTE)).containsExactly("routes");
    assertThat(assembly.subscriptions().get(XdsType.SECRET)).isEmpty();
  }

  @Test
  void theFirstListenersWaitForTheFirstClusters() {
    clusters.put("cart", eds("cart", "cart"));
    clusters.put("web", fixed("web", 1));
    listeners.put("outbound", listener("outbound", 15001, null));

    assertThat(assemble().config().listeners()).isEmpty();
    assertThat(last.config().clusters()).hasSize(1);
    assertThat(last.warming()).hasSize(2);
    assertThat(last.complete()).isFalse();

    endpoints.put("cart", at("cart", 8080));
    assertThat(assemble().config().listeners()).hasSize(1);
    assertThat(last.complete()).isTrue();
  }

  @Test
  void laterAWaitingClusterKeepsNobodyElseWaiting() {
    listeners.put("outbound", listener("outbound", 15001, null));
    assemble();

    clusters.put("cart", eds("cart", "cart"));
    listeners.put("other", listener("other", 15002, null));

    assertThat(assemble().config().listeners()).hasSize(2);
    assertThat(last.config().clusters()).isEmpty();
    assertThat(last.warming())
        .containsEntry(
            new ResourceKey(XdsType.CLUSTER, "cart"), new ResourceKey(XdsType.ENDPOINT, "cart"));
  }

  @Test
  void aListenerWaitsForItsRoutesWhileItsPredecessorServes() {
    Listener old = listener("outbound", 15001, "routes");
    listeners.put("outbound", old);
    routes.put("routes", new RouteConfig("routes", List.of(), HeaderMutations.NONE));
    assemble();

    Listener next = listener("outbound", 15001, "new-routes");
    listeners.put("outbound", next);
    assertThat(assemble().config().listeners()).containsExactly(old);
    assertThat(last.subscriptions().get(XdsType.ROUTE)).containsExactly("new-routes", "routes");

    routes.put("new-routes", new RouteConfig("new-routes", List.of(), HeaderMutations.NONE));
    assertThat(assemble().config().listeners()).containsExactly(next);
    assertThat(last.config().routeConfigs()).containsOnlyKeys("new-routes");
    assertThat(last.subscriptions().get(XdsType.ROUTE)).containsExactly("new-routes");
  }

  @Test
  void aClusterWaitsForItsEndpointsWhileItsPredecessorServesAndFollowsItsOwn() {
    Cluster old = eds("cart", "cart-1");
    clusters.put("cart", old);
    endpoints.put("cart-1", at("cart-1", 1));
    assemble();

    clusters.put("cart", eds("cart", "cart-2"));
    endpoints.put("cart-1", at("cart-1", 2));
    assertThat(assemble().config().clusters())
        .containsExactly(new ClusterConfig(old, at("cart-1", 2)));
    assertThat(last.subscriptions().get(XdsType.ENDPOINT)).containsExactly("cart-1", "cart-2");

    endpoints.put("cart-2", at("cart-2", 3));
    assertThat(assemble().config().clusters())
        .containsExactly(new ClusterConfig(eds("cart", "cart-2"), at("cart-2", 3)));
    assertThat(last.subscriptions().get(XdsType.ENDPOINT)).containsExactly("cart-2");
  }

  @Test
  void removedEndpointsAndRoutesThatAreInUseStay() {
    clusters.put("cart", eds("cart", "cart"));
    endpoints.put("cart", at("cart", 8080));
    listeners.put("outbound", listener("outbound", 15001, "routes"));
    routes.put("routes", new RouteConfig("routes", List.of(), HeaderMutations.NONE));
    ProxyConfig before = assemble().config();

    endpoints.clear();
    routes.clear();

    assertThat(assemble().config()).isEqualTo(before);
    assertThat(last.complete()).isTrue();
  }

  @Test
  void removedListenersAndClustersGoAtOnce() {
    clusters.put("cart", fixed("cart", 1));
    listeners.put("outbound", listener("outbound", 15001, null));
    assemble();

    clusters.clear();
    listeners.clear();

    assertThat(assemble().config()).isEqualTo(ProxyConfig.EMPTY);
  }

  @Test
  void whatDoesNotComeInTimeIsDoneWithout() {
    clusters.put("cart", eds("cart", "cart"));
    listeners.put("outbound", listener("outbound", 15001, "routes"));
    assertThat(assemble().config()).isEqualTo(ProxyConfig.EMPTY);

    givenUp.add(new ResourceKey(XdsType.ENDPOINT, "cart"));
    givenUp.add(new ResourceKey(XdsType.ROUTE, "routes"));

    assertThat(assemble().complete()).isTrue();
    assertThat(last.config().clusters().getFirst().endpoints().localities()).isEmpty();
    assertThat(last.config().routeConfigs().get("routes").virtualHosts()).isEmpty();
  }

  @Test
  void namesToBeResolvedAreWaitedForAndTheLastAnswerStays() {
    Cluster byName =
        cluster(
            "dns",
            new Cluster.StrictDns(at("dns", 80), DnsResolution.every(Duration.ofSeconds(5))));
    clusters.put("dns", byName);
    assertThat(assemble().warming()).containsKey(new ResourceKey(XdsType.CLUSTER, "dns"));

    resolved.put("dns", at("dns", 81));
    assertThat(assemble().config().clusters())
        .containsExactly(new ClusterConfig(byName, at("dns", 81)));

    resolved.clear();
    assertThat(assemble().config().clusters())
        .containsExactly(new ClusterConfig(byName, at("dns", 81)));
  }

  @Test
  void secretsOfListenersAndClustersAreAskedFor() {
    TlsSettings tls =
        new TlsSettings(
            new TlsSettings.Sds("cert"),
            new TlsSettings.Sds("ca"),
            List.of(),
            List.of(),
            TlsSettings.TlsVersion.TLS_1_2,
            TlsSettings.TlsVersion.TLS_1_3);
    Listener plain = listener("inbound", 15006, null);
    FilterChain chain = plain.filterChains().getFirst();
    listeners.put(
        "inbound",
        new Listener(
            "inbound",
            plain.address(),
            List.of(
                new FilterChain(
                    "",
                    ChainMatch.ANY,
                    new DownstreamTls(tls, true),
                    Duration.ZERO,
                    chain.filter())),
            null,
            true,
            Duration.ZERO,
            Listener.TrafficDirection.INBOUND,
            null));

    assertThat(assemble().subscriptions().get(XdsType.SECRET)).containsExactly("ca", "cert");
  }

  /** Whatever the order of arrival, the end is the same, and no step serves anything incomplete. */
  @Test
  void theOrderOfArrivalDoesNotMatter() {
    for (long seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Runnable> arrivals = new java.util.ArrayList<>();
      Map<String, Listener> someListeners = new TreeMap<>();
      Map<String, RouteConfig> someRoutes = new TreeMap<>();
      Map<String, Cluster> someClusters = new TreeMap<>();
      Map<String, EndpointSet> someEndpoints = new TreeMap<>();
      ConfigAssemblerTest run = new ConfigAssemblerTest();
      for (int i = 0; i < 1 + random.nextInt(4); i++) {
        String name = "r" + i;
        Listener listener = listener("l" + i, 15000 + i, random.nextBoolean() ? name : null);
        RouteConfig table = new RouteConfig(name, List.of(), HeaderMutations.NONE);
        Cluster cluster = random.nextBoolean() ? eds("c" + i, "e" + i) : fixed("c" + i, i);
        EndpointSet set = at("e" + i, 100 + i);
        someListeners.put(listener.name(), listener);
        someClusters.put(cluster.name(), cluster);
        arrivals.add(() -> run.listeners.put(listener.name(), listener));
        arrivals.add(() -> run.clusters.put(cluster.name(), cluster));
        arrivals.add(() -> run.routes.put(table.name(), table));
        arrivals.add(() -> run.endpoints.put(set.clusterName(), set));
        if (!References.routes(listener).isEmpty()) {
          someRoutes.put(name, table);
        }
        someEndpoints.put(set.clusterName(), set);
      }
      while (!arrivals.isEmpty()) {
        arrivals.remove(random.nextInt(arrivals.size())).run();
        run.assemble(); // ProxyConfig refuses a listener without its routes
      }
      assertThat(run.last.complete()).as("seed %d", seed).isTrue();
      assertThat(run.last.config())
          .as("seed %d", seed)
          .isEqualTo(
              new ProxyConfig(
                  List.copyOf(someListeners.values()),
                  someRoutes,
                  someClusters.values().stream()
                      .map(
                          c ->
                              new ClusterConfig(
                                  c,
                                  switch (c.discovery()) {
                                    case Cluster.Static(EndpointSet given) -> given;
                                    case Cluster.Eds(String service) -> someEndpoints.get(service);
                                    case Cluster.ByName dns -> dns.endpoints();
                                    case Cluster.Aggregate others ->
                                        new EndpointSet(c.name(), List.of(), 140);
                                    case Cluster.OriginalDst said ->
                                        new EndpointSet(c.name(), List.of(), 140);
                                  }))
                      .toList()));
    }
  }

  private static Cluster eds(String name, String service) {
    return cluster(name, new Cluster.Eds(service));
  }

  private static Cluster fixed(String name, int port) {
    return cluster(name, new Cluster.Static(at(name, port)));
  }

  private static Cluster cluster(String name, Cluster.Discovery discovery) {
    return new Cluster(
        name,
        discovery,
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(1),
        Cluster.UpstreamProtocol.HTTP1,
        null,
        Map.of(),
        null,
        0,
        Duration.ZERO,
        50);
  }

  private static EndpointSet at(String name, int port) {
    return new EndpointSet(
        name,
        List.of(
            new EndpointSet.LocalityEndpoints(
                new EndpointSet.Locality("", "", ""),
                0,
                1,
                List.of(
                    new EndpointSet.Endpoint(
                        new SocketAddress("127.0.0.1", port),
                        "",
                        EndpointSet.HealthStatus.HEALTHY,
                        1,
                        Map.of())))),
        140);
  }

  private static Listener listener(String name, int port, String rds) {
    HttpConnectionManager.RouteSource source =
        rds == null
            ? new HttpConnectionManager.Inline(
                new RouteConfig(name, List.of(), HeaderMutations.NONE))
            : new HttpConnectionManager.Rds(rds);
    return new Listener(
        name,
        new SocketAddress("127.0.0.1", port),
        List.of(
            new FilterChain(
                "",
                ChainMatch.ANY,
                null,
                Duration.ZERO,
                HttpConnectionManager.of(name, HttpConnectionManager.CodecType.AUTO, source))),
        null,
        false,
        Duration.ZERO,
        Listener.TrafficDirection.OUTBOUND,
        null);
  }
}
