package dev.weft.control.xds;

import static dev.weft.control.xds.MeshNode.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.admin.Propagation;
import dev.weft.control.admin.ProxyView;
import dev.weft.xds.client.AdsClientOptions.Variant;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sidecars and a node over TLS sockets. */
class AdsServerTest {
  private static final String SHOP =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {ports: [{name: grpc, port: 8080, protocol: grpc}]}
      """;
  private static final String TIMEOUT =
      """
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: catalog, namespace: shop}
      spec: {targetRef: {kind: Service, name: catalog}, timeouts: {request: %ds, connect: %dms}}
      """;
  private static final Predicate<String> ANYTHING = name -> true;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private MeshNode node;

  @BeforeAll
  static void patience() {
    Awaitility.setDefaultTimeout(Duration.ofSeconds(MeshNode.PATIENCE_SECONDS));
  }

  @BeforeEach
  void start() throws Exception {
    node = new MeshNode(vertx, folder, "one");
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
    get(vertx.close());
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aSidecarGetsItsWholeConfigurationAndEveryChangeOfIt(Variant variant) throws Exception {
    long first = node.apply(SHOP);
    SidecarClient sidecar = sidecar("catalog", "1", 20001, variant, ANYTHING);

    await()
        .untilAsserted(
            () -> {
              assertThat(sidecar.store.all(XdsType.CLUSTER))
                  .containsOnlyKeys("catalog.shop/grpc", "inbound/grpc");
              assertThat(sidecar.store.all(XdsType.LISTENER))
                  .containsOnlyKeys("inbound", "outbound");
              assertThat(sidecar.store.all(XdsType.ROUTE)).containsOnlyKeys("outbound");
              assertThat(endpoints(sidecar)).containsExactly("127.0.0.1:20001");
            });
    assertThat(active(first)).isTrue();

    long second = node.apply(TIMEOUT.formatted(3, 100));

    assertThat(active(second)).isTrue();
    assertThat(Objects.requireNonNull(sidecar.store.get(XdsType.ROUTE, "outbound")).model())
        .asString()
        .contains("PT3S");
  }

  @ParameterizedTest
  @EnumSource(Variant.class)
  void aRefusalIsShownWithItsReasonAndEndsWhenAGoodVersionComes(Variant variant) throws Exception {
    node.apply(SHOP);
    SidecarClient sidecar =
        sidecar("catalog", "1", 20001, variant, name -> !name.equals("bad.shop/grpc"));
    await().until(() -> !sidecar.store.all(XdsType.LISTENER).isEmpty());

    long refused = node.apply(SHOP.replace("catalog", "bad"));

    await()
        .untilAsserted(
            () ->
                assertThat(onlyProxy().refusals())
                    .singleElement()
                    .satisfies(
                        refusal -> {
                          assertThat(refusal.type()).isEqualTo(XdsType.CLUSTER.typeUrl());
                          assertThat(refusal.resource()).isEqualTo("bad.shop/grpc");
                          assertThat(refusal.reason()).contains("not to my taste");
                        }));
    Propagation.Report report =
        get(
            node.server
                .propagation()
                .report(refused, Duration.ofSeconds(MeshNode.PATIENCE_SECONDS)));
    assertThat(report.complete()).isFalse();
    assertThat(report.proxies())
        .singleElement()
        .satisfies(
            proxy -> {
              assertThat(proxy.state()).isEqualTo(Propagation.State.REFUSED);
              assertThat(proxy.reason()).contains("not to my taste");
            });
    // The last good state goes on.
    assertThat(sidecar.store.all(XdsType.CLUSTER)).containsKey("catalog.shop/grpc");

    get(node.config.rollback(refused - 1, null, "test"));

    await().untilAsserted(() -> assertThat(onlyProxy().refusals()).isEmpty());
    assertThat(active(refused + 1)).isTrue();
  }

  @Test
  void sidecarsSeeEachOtherComeAndGo() throws Exception {
    node.apply(SHOP);
    SidecarClient one = sidecar("catalog", "1", 20001, Variant.DELTA, ANYTHING);
    SidecarClient two = sidecar("catalog", "2", 20003, Variant.DELTA, ANYTHING);
    await()
        .untilAsserted(
            () ->
                assertThat(endpoints(one))
                    .containsExactlyInAnyOrder("127.0.0.1:20001", "127.0.0.1:20003"));

    two.client.close();

    await().untilAsserted(() -> assertThat(endpoints(one)).containsExactly("127.0.0.1:20001"));
  }

  @Test
  void aRestartedNodeNeverSendsAnEmptyMesh() throws Exception {
    node.apply(SHOP);
    SidecarClient one = sidecar("catalog", "1", 20001, Variant.DELTA, ANYTHING);
    await().untilAsserted(() -> assertThat(endpoints(one)).containsExactly("127.0.0.1:20001"));
    List<List<String>> seen = new CopyOnWriteArrayList<>();
    one.store.listen(change -> seen.add(endpoints(one)));

    node.close();
    node = new MeshNode(vertx, folder, "one");
    SidecarClient two =
        new SidecarClient(
            vertx,
            SidecarClient.node("shop", "catalog", "2", 20003),
            node.workload("shop", "catalog"),
            Variant.DELTA,
            ANYTHING,
            node.port);

    await().untilAsserted(() -> assertThat(endpoints(two)).contains("127.0.0.1:20001"));
    assertThat(seen).allSatisfy(endpoints -> assertThat(endpoints).isNotEmpty());
  }

  @Test
  void twoNodesOnOneDatabaseShareSidecarsAndConfiguration() throws Exception {
    try (MeshNode other = new MeshNode(vertx, folder, "two")) {
      long revision = node.apply(SHOP);
      SidecarClient here = sidecar("catalog", "1", 20001, Variant.DELTA, ANYTHING);
      SidecarClient there =
          new SidecarClient(
              vertx,
              SidecarClient.node("shop", "catalog", "2", 20003),
              other.workload("shop", "catalog"),
              Variant.SOTW,
              ANYTHING,
              other.port);

      for (SidecarClient sidecar : List.of(here, there)) {
        await()
            .untilAsserted(
                () ->
                    assertThat(endpoints(sidecar))
                        .containsExactlyInAnyOrder("127.0.0.1:20001", "127.0.0.1:20003"));
      }
      await()
          .untilAsserted(
              () ->
                  assertThat(get(node.server.propagation().report(revision, Duration.ZERO)))
                      .satisfies(report -> assertThat(report.complete()).isTrue())
                      .satisfies(report -> assertThat(report.proxies()).hasSize(2)));
      assertThat(get(other.server.proxies().list()))
          .extracting(ProxyView.Proxy::node)
          .containsExactly("one", "two");
      there.client.close();
      here.client.close();
      await().untilAsserted(() -> assertThat(get(node.server.proxies().list())).isEmpty());
    }
  }

  @Test
  void theConfigurationOfASidecarCanBeRead() throws Exception {
    node.apply(SHOP);
    SidecarClient sidecar = sidecar("catalog", "1", 20001, Variant.DELTA, ANYTHING);
    await().until(() -> !sidecar.store.all(XdsType.LISTENER).isEmpty());

    String dump = get(node.server.proxies().config(onlyProxy().id())).orElseThrow();

    assertThat(dump)
        .contains("\"outbound\"", "grpc.catalog.shop.weft.local")
        .doesNotContain("unreadable");
    assertThat(get(node.server.proxies().config("nobody"))).isEmpty();
  }

  private SidecarClient sidecar(
      String service, String instance, int port, Variant variant, Predicate<String> acceptable)
      throws Exception {
    return new SidecarClient(
        vertx,
        SidecarClient.node("shop", service, instance, port),
        node.workload("shop", service),
        variant,
        acceptable,
        node.port);
  }

  private boolean active(long revision) throws Exception {
    return get(node.server
            .propagation()
            .report(revision, Duration.ofSeconds(MeshNode.PATIENCE_SECONDS / 2)))
        .complete();
  }

  private ProxyView.Proxy onlyProxy() throws Exception {
    List<ProxyView.Proxy> all = get(node.server.proxies().list());
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static List<String> endpoints(SidecarClient sidecar) {
    return sidecar.store.models(XdsType.ENDPOINT, EndpointSet.class).values().stream()
        .flatMap(set -> set.localities().stream())
        .flatMap(locality -> locality.endpoints().stream())
        .map(endpoint -> endpoint.address().toString())
        .toList();
  }
}
