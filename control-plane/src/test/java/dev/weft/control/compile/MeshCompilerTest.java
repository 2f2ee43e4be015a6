package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.compile.MeshCompiler.Compilation;
import dev.weft.control.compile.MeshSnapshot.ForClient;
import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.resource.Place;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class MeshCompilerTest {
  private static final SidecarNode LEDGER =
      Shop.node("shop", "ledger", Map.of("http", 9001, "web", 9002));

  private final MeshCompiler compiler = new MeshCompiler(new Codecs(), Models.TRUST_DOMAIN);

  @Test
  void everythingThatIsSentIsUnderstoodByTheSidecar() {
    ResourceSnapshot snapshot = forSidecar(compile(1, Shop.SERVICES), LEDGER);

    assertThat(snapshot.revision()).isEqualTo(1);
    for (XdsType type : XdsType.values()) {
      snapshot
          .resources(type)
          .values()
          .forEach(
              resource ->
                  assertThat(new Codecs().decode(type, resource.body()))
                      .as(resource.toString())
                      .isInstanceOf(Decoded.Valid.class));
    }
    assertThat(snapshot.resources(XdsType.LISTENER)).containsOnlyKeys("inbound", "outbound");
    assertThat(snapshot.resources(XdsType.ROUTE)).containsOnlyKeys("outbound");
    assertThat(snapshot.resources(XdsType.CLUSTER))
        .containsKeys("inbound/http", "inbound/web", "catalog.shop/grpc", "db.data/pg");
  }

  @Test
  void aChangedEndpointTouchesOnlyItsEndpointSet() {
    ResourceSnapshot before =
        forSidecar(
            compile(1, Shop.SERVICES, Shop.sidecar("shop", "catalog", "10.0.0.2", "grpc")), LEDGER);
    ResourceSnapshot after =
        forSidecar(
            compile(
                1,
                Shop.SERVICES,
                Shop.sidecar("shop", "catalog", "10.0.0.2", "grpc"),
                Shop.sidecar("shop", "catalog", "10.0.0.3", "grpc")),
            LEDGER);

    assertThat(changes(before, after))
        .containsExactly(new ResourceKey(XdsType.ENDPOINT, "catalog.shop/grpc"));
  }

  @Test
  void aChangedRouteTouchesOnlyTheRouteTable() {
    ResourceSnapshot before = forSidecar(compile(1, Shop.SERVICES), LEDGER);
    ResourceSnapshot after =
        forSidecar(
            compile(
                2,
                Shop.SERVICES
                    + """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: HTTPRoute
                    metadata: {name: ledger, namespace: shop}
                    spec:
                      parentRefs: [{kind: Service, group: "", name: ledger}]
                      rules: [{backendRefs: [{name: catalog, port: 8080}]}]
                    """),
            LEDGER);

    assertThat(changes(before, after)).containsExactly(new ResourceKey(XdsType.ROUTE, "outbound"));
    assertThat(after.revision()).isEqualTo(2);
  }

  @Test
  void unchangedResourcesAreTheSameObjectsForAllSidecarsAndRevisions() {
    MeshSnapshot first = compile(1, Shop.SERVICES).snapshot();
    ResourceSnapshot one = forSidecar(first, LEDGER);
    ResourceSnapshot two = forSidecar(first, Shop.node("shop", "catalog", Map.of("grpc", 1)));
    ResourceSnapshot later = forSidecar(compile(2, Shop.SERVICES), LEDGER);

    assertThat(one.resource(XdsType.ROUTE, "outbound"))
        .isSameAs(two.resource(XdsType.ROUTE, "outbound"))
        .isSameAs(later.resource(XdsType.ROUTE, "outbound"));
    assertThat(one.resource(XdsType.CLUSTER, "catalog.shop/grpc"))
        .isSameAs(two.resource(XdsType.CLUSTER, "catalog.shop/grpc"));
    assertThat(changes(one, later)).isEmpty();
  }

  @Test
  void sidecarsOfOnePlaceShareTheirEndpointsAndAllPlacesWhatDoesNotDependOnIt() {
    MeshSnapshot mesh =
        compile(
                1,
                Shop.SERVICES
                    + """
                    apiVersion: weft.dev/v1alpha1
                    kind: TrafficPolicy
                    metadata: {name: catalog, namespace: shop}
                    spec:
                      targetRef: {kind: Service, name: catalog}
                      loadBalancing: {policy: RoundRobin, locality: {prefer: Zone}}
                    """,
                Shop.labelled("shop", "catalog", "10.0.1.1", zone("a"), "grpc"),
                Shop.labelled("shop", "catalog", "10.0.2.1", zone("b"), "grpc"),
                Shop.sidecar("shop", "ledger", "10.0.3.1", "http"))
            .snapshot();
    ResourceSnapshot one = forSidecar(mesh, at("ledger", zone("a")));
    ResourceSnapshot two = forSidecar(mesh, at("catalog", zone("a")));
    ResourceSnapshot other = forSidecar(mesh, at("ledger", zone("b")));
    ResourceSnapshot nowhere = forSidecar(mesh, LEDGER);

    assertThat(one.resources(XdsType.ENDPOINT)).isSameAs(two.resources(XdsType.ENDPOINT));
    assertThat(changes(one, other))
        .containsExactly(new ResourceKey(XdsType.ENDPOINT, "catalog.shop/grpc"));
    assertThat(changes(one, nowhere))
        .containsExactly(new ResourceKey(XdsType.ENDPOINT, "catalog.shop/grpc"));
    assertThat(one.resource(XdsType.ENDPOINT, "ledger.shop/http"))
        .isSameAs(other.resource(XdsType.ENDPOINT, "ledger.shop/http"));
    assertThat(forSidecar(mesh, at("ledger", zone("x"))).resources(XdsType.ENDPOINT))
        .as("zones without instances are their region")
        .isSameAs(forSidecar(mesh, at("ledger", zone("y"))).resources(XdsType.ENDPOINT));
    assertThat(
            forSidecar(mesh, at("ledger", Map.of(Place.REGION_LABEL, "ap")))
                .resources(XdsType.ENDPOINT))
        .as("a region without instances is nowhere")
        .isSameAs(nowhere.resources(XdsType.ENDPOINT));
  }

  @Test
  void aMeshWithoutLocalitiesHasOneListOfEndpoints() {
    MeshSnapshot mesh = compile(1, Shop.SERVICES).snapshot();

    assertThat(forSidecar(mesh, at("ledger", zone("a"))).resources(XdsType.ENDPOINT))
        .isSameAs(forSidecar(mesh, at("ledger", zone("b"))).resources(XdsType.ENDPOINT));
  }

  private static Map<String, String> zone(String zone) {
    return Map.of(Place.REGION_LABEL, "eu", Place.ZONE_LABEL, zone);
  }

  private static SidecarNode at(String service, Map<String, String> labels) {
    return Shop.node("shop", service, Map.of("http", 9001, "web", 9002), labels, Map.of());
  }

  @Test
  void aSidecarWhoseListenersCollideIsToldAndKeepsWhatItHas() {
    SidecarNode node =
        new SidecarNode(
            "sidecar~shop~ledger~1",
            "shop",
            "ledger",
            "127.0.0.1",
            "0.0.0.0",
            15001,
            15001,
            "127.0.0.1",
            Map.of("http", 9001),
            Map.of(),
            Map.of(),
            false);

    ForClient result = compile(1, Shop.SERVICES).snapshot().forClient(new ClientKind.Sidecar(node));

    assertThat(result).isInstanceOf(ForClient.Impossible.class);
    assertThat(((ForClient.Impossible) result).problems())
        .singleElement()
        .asString()
        .contains("listener outbound wants port 15001");
  }

  @Test
  void anInconsistentCheckNamesWhatRefersToWhat() {
    Problems problems = new Problems();
    ConsistencyCheck check = new ConsistencyCheck(problems);
    Models models = new Models(Shop.SERVICES);

    check.clusters(List.of(models.cluster("catalog.shop/grpc")), Set.of());
    check.routes(models.table("shop"));

    assertThat(problems.toList())
        .contains(
            "cluster catalog.shop/grpc asks for the endpoint set catalog.shop/grpc, which does not"
                + " exist",
            "virtual host ledger.shop/http, route \"\" leads to the cluster ledger.shop/http, which"
                + " does not exist");
  }

  private Compilation compile(long revision, String yaml, MeshWorkload... instances) {
    Compilation compilation =
        compiler.compile(
            new MeshInput(Yaml.config(revision, yaml), List.of(instances), Models.TRUST_DOMAIN));
    assertThat(compilation.failures()).isEmpty();
    return compilation;
  }

  private static ResourceSnapshot forSidecar(Compilation compilation, SidecarNode node) {
    return forSidecar(compilation.snapshot(), node);
  }

  static ResourceSnapshot forSidecar(MeshSnapshot mesh, SidecarNode node) {
    return ((ForClient.Ready) mesh.forClient(new ClientKind.Sidecar(node))).snapshot();
  }

  private static Set<ResourceKey> changes(ResourceSnapshot before, ResourceSnapshot after) {
    Set<ResourceKey> changed = new TreeSet<>();
    for (XdsType type : XdsType.values()) {
      Map<String, EncodedResource> all = new TreeMap<>(before.resources(type));
      all.putAll(after.resources(type));
      for (String name : all.keySet()) {
        EncodedResource old = before.resource(type, name);
        EncodedResource now = after.resource(type, name);
        if (old == null || now == null || !Objects.equals(old.version(), now.version())) {
          changed.add(new ResourceKey(type, name));
        }
      }
    }
    return changed;
  }
}
