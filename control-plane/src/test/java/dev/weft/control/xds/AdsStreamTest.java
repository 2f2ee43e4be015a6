package dev.weft.control.xds;

import static dev.weft.control.xds.MeshNode.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.rpc.Status;
import dev.weft.control.admin.TrafficView.ServiceTraffic;
import dev.weft.xds.client.AdsMethods;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterStats;
import io.envoyproxy.envoy.config.endpoint.v3.EndpointLoadMetricStats;
import io.envoyproxy.envoy.config.endpoint.v3.UpstreamLocalityStats;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The xDS port, message by message. */
class AdsStreamTest {
  private static final String SHOP =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {ports: [{name: grpc, port: 8080, protocol: grpc}]}
      """;
  private static final ServiceMethod<LoadStatsResponse, LoadStatsRequest> LRS =
      ServiceMethod.client(
          ServiceName.create("envoy.service.load_stats.v3", "LoadReportingService"),
          "StreamLoadStats",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(LoadStatsResponse.getDefaultInstance()));

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
    node.apply(SHOP);
  }

  @AfterEach
  void stop() throws Exception {
    node.close();
    get(vertx.close());
  }

  @Test
  void aStreamWithoutACertificateIsRefused() throws Exception {
    var stream = ads(node.stranger());

    stream.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));

    assertThat(ended(stream).status()).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    assertThat(ended(stream).message()).contains("enrol with a join token");
  }

  @Test
  void aNodeThatClaimsAnotherServiceIsRefused() throws Exception {
    var stream = ads(node.workload("shop", "ledger"));

    stream.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));

    assertThat(ended(stream).status()).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(ended(stream).message()).contains("shop/catalog", "shop/ledger");
    assertThat(get(node.server.proxies().list())).isEmpty();
  }

  @Test
  void aNodeThatCannotBeReadIsToldWhatIsWrong() throws Exception {
    var stream = ads(node.workload("shop", "catalog"));

    stream.send(
        request(XdsType.CLUSTER, Node.newBuilder().setId("sidecar~shop~catalog~1").build()));

    assertThat(ended(stream).status()).isEqualTo(GrpcStatus.INVALID_ARGUMENT);
    assertThat(ended(stream).message()).contains("node.metadata.namespace");
  }

  @Test
  void aRequestBeyondAllReasonEndsItsStreamAndNoOther() throws Exception {
    var good = ads(node.workload("shop", "catalog"));
    good.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));
    await().until(() -> good.received.size() == 1);
    var greedy = ads(node.workload("shop", "catalog"));

    greedy.send(
        request(XdsType.ENDPOINT, sidecar("catalog", "2")).toBuilder()
            .addResourceNames("x".repeat((int) AdsMethods.MAX_REQUEST_BYTES))
            .build());

    assertThat(ended(greedy).status()).isEqualTo(GrpcStatus.RESOURCE_EXHAUSTED);
    assertThat(ended(greedy).message()).contains("larger than 4194304 bytes");
    good.send(
        request(XdsType.CLUSTER, sidecar("catalog", "1")).toBuilder()
            .setResponseNonce(good.received.getFirst().getNonce())
            .setVersionInfo(good.received.getFirst().getVersionInfo())
            .build());
    good.send(request(XdsType.LISTENER, sidecar("catalog", "1")));
    await().until(() -> good.received.size() == 2);
    assertThat(good.ended).isNotDone();
  }

  @Test
  void nothingIsSentAgainUnchangedNeitherAfterAnAckNorAfterARefusal() throws Exception {
    var stream = ads(node.workload("shop", "catalog"));
    Node me = sidecar("catalog", "1");
    stream.send(request(XdsType.CLUSTER, me));
    await().until(() -> stream.received.size() == 1);
    DiscoveryResponse clusters = stream.received.getFirst();
    assertThat(clusters.getResourcesCount()).isEqualTo(2);

    stream.send(
        request(XdsType.CLUSTER, me).toBuilder()
            .setResponseNonce(clusters.getNonce())
            .setErrorDetail(Status.newBuilder().setMessage("no"))
            .build());
    // An answer to something else shows that the refusal was dealt with.
    stream.send(request(XdsType.LISTENER, me));

    await().until(() -> stream.received.size() == 2);
    assertThat(stream.received.get(1).getTypeUrl()).isEqualTo(XdsType.LISTENER.typeUrl());
  }

  @Test
  void newClustersComeBeforeTheRoutesThatNeedThem() throws Exception {
    var stream = ads(node.workload("shop", "catalog"));
    Node me = sidecar("catalog", "1");
    for (XdsType type : List.of(XdsType.CLUSTER, XdsType.LISTENER, XdsType.ROUTE)) {
      int before = stream.received.size();
      stream.send(request(type, me));
      await().until(() -> stream.received.size() == before + 1);
      stream.send(ack(stream.received.getLast(), me));
    }

    node.apply(SHOP.replace("catalog", "ledger"));

    await().until(() -> stream.received.size() == 4);
    assertThat(stream.received.get(3).getTypeUrl()).isEqualTo(XdsType.CLUSTER.typeUrl());
    stream.send(ack(stream.received.get(3), me));
    await().until(() -> stream.received.size() == 5);
    assertThat(stream.received.get(4).getTypeUrl()).isEqualTo(XdsType.ROUTE.typeUrl());
  }

  @Test
  void aBrokenStreamIsNoGoodbye() throws Exception {
    var stream = ads(node.workload("shop", "catalog"));
    stream.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));
    await().until(() -> !stream.received.isEmpty());
    await().until(() -> get(node.server.proxies().list()).size() == 1);

    stream.reset();

    await()
        .untilAsserted(
            () ->
                assertThat(get(node.server.proxies().list()))
                    .singleElement()
                    .satisfies(proxy -> assertThat(proxy.connected()).isFalse()));
  }

  @Test
  void aHalfClosedStreamIsAGoodbyeAndEndsWell() throws Exception {
    var stream = ads(node.workload("shop", "catalog"));
    stream.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));
    await().until(() -> !stream.received.isEmpty());

    stream.halfClose();

    assertThat(ended(stream).status()).isEqualTo(GrpcStatus.OK);
    await().untilAsserted(() -> assertThat(get(node.server.proxies().list())).isEmpty());
  }

  @Test
  void aSecondStreamOfASidecarEndsTheFirst() throws Exception {
    HttpClientOptions tls = node.workload("shop", "catalog");
    var first = ads(tls);
    first.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));
    await().until(() -> !first.received.isEmpty());

    var second = ads(tls);
    second.send(request(XdsType.CLUSTER, sidecar("catalog", "1")));

    assertThat(ended(first).status()).isEqualTo(GrpcStatus.ABORTED);
    await().until(() -> !second.received.isEmpty());
    assertThat(get(node.server.proxies().list()))
        .singleElement()
        .satisfies(proxy -> assertThat(proxy.connected()).isTrue());
  }

  @Test
  void reportedLoadBecomesRatesOfServices() throws Exception {
    RawStream<LoadStatsRequest, LoadStatsResponse> stream =
        new RawStream<>(vertx, node.workload("shop", "catalog"), node.port, LRS);
    stream.send(LoadStatsRequest.newBuilder().setNode(sidecar("catalog", "1")).build());
    await().until(() -> stream.received.size() == 1);
    assertThat(stream.received.getFirst().getSendAllClusters()).isTrue();

    stream.send(
        LoadStatsRequest.newBuilder()
            .addClusterStats(stats("ledger.shop/http", 90, 10))
            .addClusterStats(stats("ledger.shop/http/plaintext", 100, 0))
            .addClusterStats(stats("inbound/http", 1000, 0))
            .build());

    await()
        .untilAsserted(
            () ->
                assertThat(get(node.server.traffic().rates()))
                    .singleElement()
                    .satisfies(AdsStreamTest::isLedgersTraffic));
  }

  private static void isLedgersTraffic(ServiceTraffic traffic) {
    assertThat(traffic.namespace() + "/" + traffic.name()).isEqualTo("shop/ledger");
    assertThat(traffic.requestsPerSecond()).isEqualTo(100);
    assertThat(traffic.errorsPerSecond()).isEqualTo(5);
    assertThat(traffic.p50Millis()).isBetween(7.4, 7.6);
    assertThat(traffic.p99Millis()).isBetween(9.9, 10.0);
  }

  private static ClusterStats stats(String cluster, long good, long bad) {
    return ClusterStats.newBuilder()
        .setClusterName(cluster)
        .setLoadReportInterval(com.google.protobuf.Duration.newBuilder().setSeconds(2))
        .addUpstreamLocalityStats(
            UpstreamLocalityStats.newBuilder()
                .setTotalSuccessfulRequests(good)
                .setTotalErrorRequests(bad)
                .addLoadMetricStats(
                    EndpointLoadMetricStats.newBuilder()
                        .setMetricName("weft_request_ms_le_10")
                        .setNumRequestsFinishedWithMetric(good)))
        .build();
  }

  private RawStream<DiscoveryRequest, DiscoveryResponse> ads(HttpClientOptions tls)
      throws Exception {
    return new RawStream<>(vertx, tls, node.port, AdsMethods.sotwClient());
  }

  private static RawStream.Ended ended(RawStream<?, ?> stream) throws Exception {
    return stream.ended.get(MeshNode.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static Node sidecar(String service, String instance) {
    return SidecarClient.node("shop", service, instance, 20001).toMessage();
  }

  private static DiscoveryRequest request(XdsType type, Node node) {
    DiscoveryRequest.Builder request =
        DiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl()).setNode(node);
    if (type == XdsType.ROUTE) {
      request.addResourceNames("outbound");
    }
    return request.build();
  }

  private static DiscoveryRequest ack(DiscoveryResponse response, Node node) {
    XdsType type = XdsType.ofTypeUrl(response.getTypeUrl()).orElseThrow();
    return request(type, node).toBuilder()
        .setVersionInfo(response.getVersionInfo())
        .setResponseNonce(response.getNonce())
        .build();
  }
}
