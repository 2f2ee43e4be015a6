package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.weft.control.resource.ConfigValidator;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.TcpKeepalive;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterTranslatorTest {
  @Test
  void aPortWithoutPolicyHasTheMeshDefaults() {
    Cluster cluster = new Models(Shop.SERVICES).cluster("catalog.shop/grpc");

    assertThat(cluster.discovery()).isEqualTo(new Cluster.Eds("catalog.shop/grpc"));
    assertThat(cluster.lbPolicy()).isEqualTo(new LbPolicy.RoundRobin());
    assertThat(cluster.connectTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(cluster.protocol()).isEqualTo(UpstreamProtocol.HTTP2);
    assertThat(cluster.thresholds())
        .isEqualTo(
            Map.of(
                Priority.DEFAULT,
                new Cluster.Thresholds(1024, 1024, 1024, 3, new Cluster.RetryBudget(15, 3))));
    var outliers = Objects.requireNonNull(cluster.outlierDetection());
    assertThat(outliers.fiveXx().failures()).isEqualTo(5);
    assertThat(outliers.successRate().enforcing()).isZero();
  }

  @Test
  void theMeshSpeaksMutualTlsToTheServicesIdentityAndNames() {
    var tls = Objects.requireNonNull(new Models(Shop.SERVICES).cluster("ledger.shop/http").tls());

    assertThat(tls.sni()).isEqualTo("http.ledger.shop.weft.local");
    assertThat(tls.common().alpn()).containsExactly("http/1.1");
    assertThat(tls.common().subjectAltNames())
        .containsExactly(SanMatch.uri("spiffe://weft.local/ns/shop/sa/ledger"));
  }

  @Test
  void alpnFollowsTheProtocolOfThePort() {
    Models models = new Models(Shop.SERVICES);

    assertThat(Objects.requireNonNull(models.cluster("catalog.shop/grpc").tls()).common().alpn())
        .containsExactly("h2");
    assertThat(Objects.requireNonNull(models.cluster("db.data/pg").tls()).common().alpn())
        .containsExactly("weft-tcp");
  }

  @Test
  void aPolicySetsWhatItNamesAndLeavesTheRest() {
    Cluster cluster =
        new Models(
                Shop.SERVICES
                    + """
                    apiVersion: weft.dev/v1alpha1
                    kind: TrafficPolicy
                    metadata: {name: catalog, namespace: shop}
                    spec:
                      targetRef: {kind: Service, name: catalog, port: grpc}
                      loadBalancing: {policy: LeastRequest}
                      timeouts: {connect: 250ms}
                      circuitBreaker: {maxRequests: 4096, maxRetries: 64}
                      outlierDetection: {consecutiveErrors: 0}
                    """)
            .cluster("catalog.shop/grpc");

    assertThat(cluster.lbPolicy()).isEqualTo(new LbPolicy.LeastRequest(2));
    assertThat(cluster.connectTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(cluster.thresholds().get(Priority.DEFAULT))
        .isEqualTo(new Cluster.Thresholds(1024, 1024, 4096, 64, null));
    assertThat(cluster.outlierDetection()).isNull();
  }

  @Test
  void aPolicyForThePortComesBeforeOneForTheService() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: a-whole, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: ledger}
                  loadBalancing: {policy: Random}
                  timeouts: {connect: 3s}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: b-port, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: ledger, port: web}
                  loadBalancing: {policy: LeastRequest}
                """);

    assertThat(models.cluster("ledger.shop/http").lbPolicy()).isEqualTo(new LbPolicy.Random());
    assertThat(models.cluster("ledger.shop/web").lbPolicy())
        .isEqualTo(new LbPolicy.LeastRequest(2));
    assertThat(models.cluster("ledger.shop/web").connectTimeout()).hasSeconds(3);
  }

  @Test
  void instancesWithoutSidecarAreAClusterOfTheirOwnInPlaintext() {
    Models models = new Models(Shop.SERVICES + workload("legacy-1", "10.0.0.7", false));

    assertThat(models.clusterNames()).contains("catalog.shop/grpc", "catalog.shop/grpc/plaintext");
    assertThat(models.cluster("catalog.shop/grpc/plaintext").tls()).isNull();
    assertThat(models.endpoints("catalog.shop/grpc/plaintext")).containsExactly("10.0.0.7:9000");
    assertThat(models.endpoints("catalog.shop/grpc")).isEmpty();
  }

  @Test
  void anInstanceRegisteredWithASidecarIsInTheMesh() {
    Models models = new Models(Shop.SERVICES + workload("vm-1", "10.0.0.8", true));

    assertThat(models.clusterNames()).doesNotContain("catalog.shop/grpc/plaintext");
    assertThat(models.endpoints("catalog.shop/grpc")).containsExactly("10.0.0.8:9000");
  }

  @Test
  void aHostNameIsResolvedByTheProxy() {
    Cluster cluster =
        new Models(Shop.SERVICES + workload("legacy-1", "legacy.example.org", false))
            .cluster("catalog.shop/grpc/plaintext");

    assertThat(cluster.discovery()).isInstanceOf(Cluster.StrictDns.class);
  }

  @Test
  void aHostNameWithASidecarIsLeftOutAndReported() {
    Models models = new Models(Shop.SERVICES + workload("vm-1", "vm.example.org", true));

    assertThat(models.endpoints("catalog.shop/grpc")).isEmpty();
    assertThat(models.problems())
        .singleElement()
        .asString()
        .contains("Workload shop/vm-1 at /spec/address", "vm.example.org");
  }

  @Test
  void aSelectorTakesWorkloadsByLabelAndTrustsWhoTheyAreEnrolledAs() {
    Models models =
        new Models(
            """
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: canary, namespace: shop}
            spec:
              ports: [{name: grpc, port: 8080, protocol: grpc}]
              selector: {app: catalog, version: v2}
            """,
            Shop.labelled(
                "shop", "catalog", "10.0.0.1", Map.of("app", "catalog", "version", "v1"), "grpc"),
            Shop.labelled(
                "shop", "catalog", "10.0.0.2", Map.of("app", "catalog", "version", "v2"), "grpc"),
            Shop.labelled(
                "other", "catalog", "10.0.0.3", Map.of("app", "catalog", "version", "v2"), "grpc"));

    assertThat(models.endpoints("canary.shop/grpc")).containsExactly("10.0.0.2:15006");
    assertThat(
            Objects.requireNonNull(models.cluster("canary.shop/grpc").tls())
                .common()
                .subjectAltNames())
        .containsExactly(SanMatch.uri("spiffe://weft.local/ns/shop/sa/catalog"));
  }

  @Test
  void endpointsAreSortedAndOneOfAKind() {
    Models models =
        new Models(
            Shop.SERVICES,
            Shop.sidecar("shop", "catalog", "10.0.0.9", "grpc"),
            Shop.sidecar("shop", "catalog", "10.0.0.2", "grpc"),
            Shop.sidecar("shop", "catalog", "10.0.0.2", "grpc"),
            Shop.sidecar("shop", "ledger", "10.0.0.3", "http"));

    assertThat(models.endpoints("catalog.shop/grpc"))
        .containsExactly("10.0.0.2:15006", "10.0.0.9:15006");
    assertThat(models.endpoints("ledger.shop/http")).containsExactly("10.0.0.3:15006");
    assertThat(models.endpoints("ledger.shop/web")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("balancing")
  void aPolicySaysHowInstancesAreChosen(String section, LbPolicy expected) {
    Cluster cluster =
        new Models(Shop.SERVICES + policy("ledger", "loadBalancing: {" + section + "}"))
            .cluster("ledger.shop/http");

    assertThat(cluster.lbPolicy()).isEqualTo(expected);
    assertThat(cluster.panicThreshold()).isEqualTo(50);
  }

  static Stream<Arguments> balancing() {
    return Stream.of(
        arguments(
            "policy: RoundRobin, slowStart: {window: 30s, minPercent: 5}",
            new LbPolicy.RoundRobin(
                new LbPolicy.SlowStart(Duration.ofSeconds(30), 1, 5), LocalityLb.DEFAULT)),
        arguments("policy: LeastRequest, choices: 5", new LbPolicy.LeastRequest(5)),
        arguments(
            "policy: RingHash, hash: {on: [{header: a}]}",
            new LbPolicy.RingHash(
                LbPolicy.HashFunction.XX_HASH,
                1024,
                8_388_608,
                new LbPolicy.HashKeys(false, 0),
                false)),
        arguments(
            "policy: Maglev, hash: {on: [{header: a}], boundedLoadPercent: 125}",
            new LbPolicy.Maglev(65_537, new LbPolicy.HashKeys(false, 125), false)),
        arguments(
            "policy: PeakEwma", new LbPolicy.PeakEwma(Duration.ofSeconds(10), LocalityLb.DEFAULT)),
        arguments(
            "policy: ReportedLoad",
            new LbPolicy.ClientSideWeighted(
                Duration.ofSeconds(10),
                Duration.ofMinutes(3),
                Duration.ofSeconds(1),
                1,
                List.of(),
                LocalityLb.DEFAULT)),
        arguments(
            "policy: ReportedLoad, reports: {blackout: 0s, expiration: 1m, updatePeriod: 500ms,"
                + " errorPenalty: 2.5, metrics: [named_metrics.queue]},"
                + " locality: {distribute: [{from: us, to: {us: 100}}]}",
            new LbPolicy.ClientSideWeighted(
                Duration.ZERO,
                Duration.ofMinutes(1),
                Duration.ofMillis(500),
                2.5,
                List.of("named_metrics.queue"),
                new LbPolicy.LocalityWeighted())));
  }

  @Test
  void nothingIsPlacedByAHashWhereThereAreNoRequests() {
    Models models =
        new Models(
            """
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: mixed, namespace: shop}
            spec: {ports: [{name: http, port: 80, protocol: http}, {name: raw, port: 81, protocol: tcp}]}
            ---
            """
                + policy("mixed", "loadBalancing: {policy: Maglev, hash: {on: [{header: a}]}}"));

    assertThat(models.cluster("mixed.shop/http").lbPolicy()).isInstanceOf(LbPolicy.Maglev.class);
    assertThat(models.cluster("mixed.shop/raw").lbPolicy()).isEqualTo(new LbPolicy.RoundRobin());
  }

  @Test
  void aHashDoesNotDecideBetweenInstancesWithAndWithoutSidecarAndThatIsSaid() {
    Models models =
        new Models(
            Shop.SERVICES
                + workload("legacy-1", "10.0.0.7", false)
                + "---\n"
                + policy("catalog", "loadBalancing: {policy: Maglev, hash: {on: [{header: a}]}}"),
            Shop.sidecar("shop", "catalog", "10.0.0.1", "grpc"));

    assertThat(models.problems())
        .singleElement()
        .asString()
        .contains("catalog.shop/grpc", "with and without a sidecar");
  }

  @Test
  void aPolicySaysHowConnectionsAreKeptAndWhenHealthCountsNoMore() {
    Cluster cluster =
        new Models(
                Shop.SERVICES
                    + policy(
                        "ledger",
                        "connectionPool: {maxRequestsPerConnection: 100, idle: 20s}\n"
                            + "loadBalancing: {policy: Random, panicPercent: 0}"))
            .cluster("ledger.shop/http");

    assertThat(cluster.maxRequestsPerConnection()).isEqualTo(100);
    assertThat(cluster.idleTimeout()).hasSeconds(20);
    assertThat(cluster.panicThreshold()).isZero();
    assertThat(cluster.connections()).isEqualTo(Cluster.Connections.DEFAULTS);
  }

  @Test
  void peersThatAreGoneAreFoundByWhatTheirPortSpeaks() {
    String said = "connectionPool: {preconnectRatio: 1.5, keepalive: {interval: 30s, timeout: 5s}}";
    assertThat(connections("ledger", "http", said))
        .isEqualTo(
            new Cluster.Connections(
                1.5, 1024, new TcpKeepalive(3, 30, 2), null, Cluster.HappyEyeballs.DEFAULT));
    assertThat(connections("catalog", "grpc", said))
        .isEqualTo(
            new Cluster.Connections(
                1.5,
                1024,
                null,
                new Http2Keepalive(
                    Duration.ofSeconds(30), Duration.ofSeconds(5), 15, Duration.ZERO),
                Cluster.HappyEyeballs.DEFAULT));
  }

  private static Cluster.Connections connections(String service, String port, String said) {
    return new Models(Shop.SERVICES + policy(service, said))
        .cluster(service + ".shop/" + port)
        .connections();
  }

  @Test
  void aPolicySaysWhatTakesAnInstanceOut() {
    var outliers =
        Objects.requireNonNull(
            outliers(
                "consecutiveErrors: 0, consecutiveGatewayErrors: 3, consecutiveLocalOriginFailures: 2,"
                    + " successRate: {minimumHosts: 3, stdevFactor: 1.25},"
                    + " failurePercentage: {threshold: 30}, interval: 2s, baseEjectionTime: 10s,"
                    + " maxEjectionTime: 20s, jitter: 1s, maxEjectionPercent: 30, alwaysEjectOne: true"));

    assertThat(outliers)
        .isEqualTo(
            new OutlierDetection(
                Consecutive.NEVER,
                new Consecutive(3, 100),
                new Consecutive(2, 100),
                true,
                new OutlierDetection.SuccessRate(3, 100, 1250, 100, 100),
                new OutlierDetection.FailurePercentage(30, 5, 50, 100, 100),
                Duration.ofSeconds(2),
                new OutlierDetection.Ejection(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(1),
                    30,
                    true),
                true));
    assertThat(outliers("consecutiveErrors: 0")).isNull();
    assertThat(outliers("maxEjectionPercent: 20"))
        .satisfies(
            said -> assertThat(said.fiveXx()).isEqualTo(new Consecutive(5, 100)),
            said -> assertThat(said.splitExternalLocalOriginErrors()).isFalse());
  }

  private static OutlierDetection outliers(String said) {
    return new Models(Shop.SERVICES + policy("ledger", "outlierDetection: {" + said + "}"))
        .cluster("ledger.shop/http")
        .outlierDetection();
  }

  @Test
  void instancesAreAskedInTheWordsOfTheirPort() {
    HealthCheck http =
        Objects.requireNonNull(
            new Models(
                    Shop.SERVICES
                        + policy(
                            "ledger",
                            "healthCheck: {http: {path: /ready, expectedStatuses: [200, 204]}, interval: 2s}"))
                .cluster("ledger.shop/web")
                .healthCheck());
    HealthCheck grpc =
        Objects.requireNonNull(
            new Models(
                    Shop.SERVICES
                        + policy("catalog", "healthCheck: {grpc: {service: shop.Catalog}}"))
                .cluster("catalog.shop/grpc")
                .healthCheck());

    assertThat(http.intervals().interval()).hasSeconds(2);
    assertThat(http.intervals().noTraffic()).hasSeconds(60);
    assertThat(http.timeout()).hasSeconds(1);
    assertThat(http.unhealthyThreshold()).isEqualTo(3);
    assertThat(http.goneAtOnce()).isTrue();
    assertThat(http.probe())
        .isInstanceOfSatisfying(
            HealthCheck.Http.class,
            probe -> {
              assertThat(probe.path()).isEqualTo("/ready");
              assertThat(probe.host()).isEqualTo("ledger.shop");
              assertThat(probe.expected())
                  .containsExactly(
                      new HealthCheck.Statuses(200, 201), new HealthCheck.Statuses(204, 205));
              assertThat(probe.http2()).isFalse();
            });
    assertThat(grpc.probe())
        .isEqualTo(new HealthCheck.Grpc("shop.Catalog", "catalog.shop", List.of()));
  }

  @Test
  void whoDoesNotUnderstandIsNotAsked() {
    String mixed =
        """
        apiVersion: weft.dev/v1alpha1
        kind: Service
        metadata: {name: mixed, namespace: shop}
        spec: {ports: [{name: http, port: 80, protocol: http}, {name: raw, port: 81, protocol: tcp}]}
        ---
        """;
    Models asked = new Models(mixed + policy("mixed", "healthCheck: {http: {}}"));

    assertThat(asked.cluster("mixed.shop/http").healthCheck()).isNotNull();
    assertThat(asked.cluster("mixed.shop/raw").healthCheck()).isNull();
    assertThat(
            ConfigValidator.validate(
                Yaml.read(mixed + policy("mixed", "healthCheck: {grpc: {}}")).documents().stream()
                    .map(ResourceDocument::resource)
                    .toList()))
        .singleElement()
        .asString()
        .contains("/spec/healthCheck", "no port meant here");
  }

  private static String policy(String service, String sections) {
    return """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: p, namespace: shop}
        spec:
          targetRef: {kind: Service, name: %s}
        """
            .formatted(service)
        + sections.indent(2);
  }

  private static String workload(String name, String address, boolean sidecar) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: Workload
    metadata: {name: %s, namespace: shop}
    spec: {service: catalog, address: %s, ports: {grpc: 9000}, sidecar: %s}
    """
        .formatted(name, address, sidecar);
  }
}
