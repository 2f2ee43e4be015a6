package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.AdsServer;
import dev.weft.proxy.testkit.AdsService;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.tls.Pem;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole proxy from a bootstrap that names a control plane, as users write it for Envoy. */
class AdsBootstrapTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);
  private static final Codecs CODECS = new Codecs();

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Client client = new Client(vertx, HttpVersion.HTTP_1_1);
  private long revision;

  @AfterEach
  void close() {
    Client.await(vertx.close());
  }

  private static final String HEAD =
      """
      node:
        id: edge-1
        cluster: edge
        metadata: {team: shop}
        locality: {region: eu, zone: a}
      admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
      layered_runtime:
        layers:
        - name: static_layer_0
          static_layer:
            envoy: {reloadable_features: {anything: true}}
            overload: {global_downstream_max_connections: 50000}
        - name: admin
          admin_layer: {}
      cluster_manager:
        outlier_detection: {event_log_path: /dev/null}
      """;

  private static String dynamic(String apiType, String more) {
    return """
        dynamic_resources:
          ads_config:
            api_type: %s
            transport_api_version: V3
            set_node_on_first_message_only: true
            grpc_services:
            - envoy_grpc: {cluster_name: xds_cluster}
              initial_metadata: [{key: x-tenant, value: shop}]
          lds_config: {ads: {}, resource_api_version: V3%s}
          cds_config: {ads: {}, resource_api_version: V3%s}
        """
        .formatted(apiType, more, more);
  }

  private static String cluster(String tls, int... ports) {
    StringBuilder cluster =
        new StringBuilder(
            """
              - name: xds_cluster
                type: STRICT_DNS
                connect_timeout: 5s
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config:
                      http2_protocol_options: {connection_keepalive: {interval: 30s, timeout: 5s}}
                load_assignment:
                  cluster_name: xds_cluster
                  endpoints:
                  - lb_endpoints:
            """);
    for (int port : ports) {
      cluster.append(
          "        - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: "
              + port
              + "}}}\n");
    }
    return cluster + tls;
  }

  private static String web(String routes) {
    return """
          listeners:
          - name: web
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: web
                  %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
        .formatted(routes);
  }

  private Proxy start(String text, String... data) throws Exception {
    Path file = folder.resolve("bootstrap.yaml");
    Files.writeString(file, text);
    return Proxy.start(
        new ProxyOptions(
            new ProxyOptions.Standalone(file, data.length == 0 ? null : folder.resolve(data[0])),
            null,
            null,
            null,
            1,
            Duration.ofSeconds(1),
            null,
            "json"));
  }

  private ResourceSnapshot snapshot(int backend, Any routes) {
    ClusterConfig cluster = Configs.cluster("catalog", UpstreamProtocol.HTTP1, backend);
    Any listener = CODECS.encode(Configs.http("in", "routes"));
    return ResourceSnapshot.builder(++revision)
        .add(encoded(Configs.http("in", "routes"), listener))
        .add(encoded(cluster.cluster(), CODECS.encode(cluster.cluster())))
        .add(encoded(cluster.endpoints(), CODECS.encode(cluster.endpoints())))
        .add(encoded(Configs.all("catalog"), routes))
        .build();
  }

  private ResourceSnapshot snapshot(int backend) {
    return snapshot(backend, CODECS.encode(Configs.all("catalog")));
  }

  private static EncodedResource encoded(XdsResource named, Any body) {
    return EncodedResource.of(named.key(), Integer.toHexString(body.hashCode()), body);
  }

  private static RouteConfig answering(int status) {
    return Configs.routes(
        Configs.route(RouteMatch.prefix("/"), new RouteAction.DirectResponse(status, "")));
  }

  private static int port(Proxy proxy, String listener) {
    await("listener " + listener)
        .atMost(PATIENCE)
        .until(() -> proxy.view().addresses().containsKey(listener));
    return proxy.view().addresses().get(listener).getPort();
  }

  private int ready(Proxy proxy) {
    return client.get(proxy.ports().get("admin"), "/ready").status();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static Node node(AdsService.Call call) {
    return call.firstRequest() instanceof DiscoveryRequest sotw
        ? sotw.getNode()
        : ((DeltaDiscoveryRequest) call.firstRequest()).getNode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"GRPC", "DELTA_GRPC"})
  void everythingComesFromTheControlPlaneAndStaysWhenItIsGone(String apiType) throws Exception {
    int xds = freePort();
    String bootstrap =
        HEAD + dynamic(apiType, "") + "static_resources:\n  clusters:\n" + cluster("", xds);
    try (Backend backend = Backend.named(vertx, "catalog");
        Proxy proxy = start(bootstrap)) {
      assertThat(ready(proxy)).isEqualTo(503);
      int in;
      try (AdsServer controlPlane = AdsServer.plaintext(vertx, xds)) {
        controlPlane.ads().serve(snapshot(backend.port()));

        in = port(proxy, "in");
        await().atMost(PATIENCE).until(() -> ready(proxy) == 200);
        assertThat(client.get(in, "/").body()).isEqualTo("catalog");
        AdsService.Call call = controlPlane.ads().calls().getFirst();
        assertThat(call.method()).startsWith(apiType.equals("GRPC") ? "Stream" : "Delta");
        assertThat(call.headers().get("x-tenant")).isEqualTo("shop");
        assertThat(node(call).getId()).isEqualTo("edge-1");
        assertThat(node(call).getCluster()).isEqualTo("edge");
        assertThat(node(call).getLocality().getZone()).isEqualTo("a");
        assertThat(node(call).getMetadata().getFieldsOrThrow("team").getStringValue())
            .isEqualTo("shop");
      }
      await().atMost(PATIENCE).until(() -> !proxy.view().ads().status().connected());
      assertThat(client.get(in, "/").body()).isEqualTo("catalog");
      assertThat(ready(proxy)).isEqualTo(200);

      try (AdsServer again = AdsServer.plaintext(vertx, xds)) {
        again.ads().serve(snapshot(backend.port(), CODECS.encode(answering(299))));
        await().atMost(PATIENCE).until(() -> client.get(in, "/").status() == 299);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GRPC", "DELTA_GRPC"})
  void whatIsWrongIsRefusedAndTheLastGoodStays(String apiType) throws Exception {
    try (Backend backend = Backend.named(vertx, "catalog");
        AdsServer controlPlane = AdsServer.plaintext(vertx, 0)) {
      controlPlane.ads().serve(snapshot(backend.port()));
      String bootstrap =
          HEAD
              + dynamic(apiType, "")
              + "static_resources:\n  clusters:\n"
              + cluster("", controlPlane.port());
      try (Proxy proxy = start(bootstrap)) {
        int in = port(proxy, "in");
        Any file =
            Any.newBuilder()
                .setTypeUrl(XdsType.ROUTE.typeUrl())
                .setValue(
                    io.envoyproxy.envoy.config.route.v3.RouteConfiguration.parseFrom(
                            CODECS.encode(answering(200)).getValue())
                        .toBuilder()
                        .setName("routes")
                        .setVhds(io.envoyproxy.envoy.config.route.v3.Vhds.getDefaultInstance())
                        .build()
                        .toByteString())
                .build();

        controlPlane.ads().serve(snapshot(backend.port(), file));

        await().atMost(PATIENCE).until(() -> !controlPlane.ads().refusals().isEmpty());
        ServerAction.Refused<?> refused = controlPlane.ads().refusals().getFirst();
        assertThat(refused.type()).isEqualTo(XdsType.ROUTE);
        assertThat(refused.reasons().toString()).contains("vhds");
        assertThat(client.get(in, "/").body()).isEqualTo("catalog");
      }
    }
  }

  @Test
  void staticListenersWaitForTheFirstWordAndUseWhatIsSent() throws Exception {
    int xds = freePort();
    String bootstrap =
        HEAD
            + dynamic("GRPC", "")
            + "static_resources:\n"
            + web("rds: {route_config_name: routes, config_source: {ads: {}}}")
            + "  clusters:\n"
            + cluster("", xds);
    try (Backend backend = Backend.named(vertx, "catalog");
        Proxy proxy = start(bootstrap)) {
      assertThat(proxy.view().addresses()).isEmpty();
      assertThat(ready(proxy)).isEqualTo(503);
      try (AdsServer controlPlane = AdsServer.plaintext(vertx, xds)) {
        controlPlane.ads().serve(snapshot(backend.port()));

        assertThat(client.get(port(proxy, "web"), "/").body()).isEqualTo("catalog");
        assertThat(client.get(port(proxy, "in"), "/").body()).isEqualTo("catalog");
      }
    }
  }

  @Test
  void aControlPlaneThatDoesNotAnswerHoldsStaticListenersNotForEver() throws Exception {
    String bootstrap =
        HEAD
            + dynamic("GRPC", ", initial_fetch_timeout: 0.3s")
            + "static_resources:\n"
            + web(
                "route_config: {virtual_hosts: [{name: all, domains: ['*'],"
                    + " routes: [{match: {prefix: /}, direct_response: {status: 298}}]}]}")
            + "  clusters:\n"
            + cluster("", freePort());
    try (Proxy proxy = start(bootstrap)) {
      assertThat(client.get(port(proxy, "web"), "/").status()).isEqualTo(298);
      await().atMost(PATIENCE).until(() -> ready(proxy) == 200);
    }
  }

  @Test
  void aServerThatIsDownIsFollowedByTheNext() throws Exception {
    try (Backend backend = Backend.named(vertx, "catalog");
        AdsServer controlPlane = AdsServer.plaintext(vertx, 0)) {
      controlPlane.ads().serve(snapshot(backend.port()));
      String bootstrap =
          HEAD
              + dynamic("DELTA_GRPC", "")
              + "static_resources:\n  clusters:\n"
              + cluster("", freePort(), controlPlane.port());
      try (Proxy proxy = start(bootstrap)) {
        assertThat(client.get(port(proxy, "in"), "/").body()).isEqualTo("catalog");
      }
    }
  }

  private String tls(TestCa ca, TestCa.Issued own, String name) throws IOException {
    Path chain = folder.resolve("chain.pem");
    Path key = folder.resolve("key.pem");
    Path root = folder.resolve("root.pem");
    Files.writeString(chain, Pem.ofCertificates(own.chain()));
    Files.writeString(key, Pem.ofKey(own.keys().getPrivate()));
    Files.writeString(root, Pem.ofCertificates(List.of(ca.root())));
    return """
            transport_socket:
              name: envoy.transport_sockets.tls
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
                sni: xds.test
                common_tls_context:
                  tls_certificates:
                  - certificate_chain: {filename: %s}
                    private_key: {filename: %s}
                  validation_context:
                    trusted_ca: {filename: %s}
                    match_typed_subject_alt_names:
                    - {san_type: DNS, matcher: {exact: %s}}
        """
        .formatted(chain, key, root, name);
  }

  @Test
  void theControlPlaneIsKnownByItsCertificateAndKnowsTheProxyByItsOwn() throws Exception {
    TestCa ca = new TestCa("operators");
    try (Backend backend = Backend.named(vertx, "catalog");
        AdsServer controlPlane = AdsServer.tls(vertx, ca, ca.dns("xds.test"))) {
      controlPlane.ads().serve(snapshot(backend.port()));
      String bootstrap =
          HEAD
              + dynamic("GRPC", "")
              + "static_resources:\n  clusters:\n"
              + cluster(tls(ca, ca.dns("edge-1"), "xds.test"), controlPlane.port());
      try (Proxy proxy = start(bootstrap)) {
        assertThat(client.get(port(proxy, "in"), "/").body()).isEqualTo("catalog");
        assertThat(controlPlane.authorities()).containsOnly("xds.test xds.test");
      }
    }
  }

  @Test
  void aControlPlaneOfAnotherNameIsNotFollowed() throws Exception {
    TestCa ca = new TestCa("operators");
    try (AdsServer controlPlane = AdsServer.tls(vertx, ca, ca.dns("other.test"))) {
      String bootstrap =
          HEAD
              + dynamic("GRPC", "")
              + "static_resources:\n  clusters:\n"
              + cluster(tls(ca, ca.dns("edge-1"), "xds.test"), controlPlane.port());
      try (Proxy proxy = start(bootstrap)) {
        await().atMost(PATIENCE).until(() -> proxy.view().ads().status().failures() > 0);
        assertThat(controlPlane.authorities()).isEmpty();
        assertThat(ready(proxy)).isEqualTo(503);
      }
    }
  }

  @Test
  void withADataFolderARestartNeedsNoControlPlane() throws Exception {
    try (Backend backend = Backend.named(vertx, "catalog")) {
      String bootstrap;
      try (AdsServer controlPlane = AdsServer.plaintext(vertx, 0)) {
        controlPlane.ads().serve(snapshot(backend.port()));
        bootstrap =
            HEAD
                + dynamic("GRPC", "")
                + "static_resources:\n  clusters:\n"
                + cluster("", controlPlane.port());
        try (Proxy proxy = start(bootstrap, "data")) {
          assertThat(client.get(port(proxy, "in"), "/").body()).isEqualTo("catalog");
          await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("data/config.cache")));
        }
      }
      try (Proxy proxy = start(bootstrap, "data")) {
        assertThat(client.get(port(proxy, "in"), "/").body()).isEqualTo("catalog");
        assertThat(ready(proxy)).isEqualTo(200);
      }
    }
  }

  @Test
  void staticClustersTakeEndpointsAndSecretsFromTheControlPlaneToo() throws Exception {
    TestCa ca = new TestCa("operators");
    TestCa.Issued own = ca.dns("web.test");
    Secret certificate =
        new Secret.Certificate(
            "web-certificate", Pem.ofCertificates(own.chain()), Pem.ofKey(own.keys().getPrivate()));
    try (Backend backend = Backend.named(vertx, "catalog");
        AdsServer controlPlane = AdsServer.plaintext(vertx, 0)) {
      var endpoints = Configs.endpoints("catalog", backend.port());
      controlPlane
          .ads()
          .serve(
              ResourceSnapshot.builder(++revision)
                  .add(encoded(endpoints, CODECS.encode(endpoints)))
                  .add(encoded(certificate, CODECS.encode(certificate)))
                  .build());
      String bootstrap =
          HEAD
              + dynamic("DELTA_GRPC", "")
              + "static_resources:\n"
              + web(
                  "route_config: {virtual_hosts: [{name: all, domains: ['*'],"
                      + " routes: [{match: {prefix: /}, route: {cluster: catalog}}]}]}")
              + """
                      transport_socket:
                        name: envoy.transport_sockets.tls
                        typed_config:
                          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
                          common_tls_context:
                            tls_certificate_sds_secret_configs:
                            - {name: web-certificate, sds_config: {ads: {}, resource_api_version: V3}}
                  clusters:
                  - name: catalog
                    type: EDS
                    eds_cluster_config: {eds_config: {ads: {}, resource_api_version: V3}}
                """
              + cluster("", controlPlane.port());
      try (Proxy proxy = start(bootstrap)) {
        Client https =
            new Client(
                vertx, new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false));
        int web = port(proxy, "web");
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(https.get(web, "/").body()).isEqualTo("catalog"));
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "api_type: GRPC | api_type: REST | dynamic_resources.ads_config.api_type: REST is not supported",
        "transport_api_version: V3 | transport_api_version: V2"
            + " | dynamic_resources.ads_config.transport_api_version: must be V3",
        "envoy_grpc: {cluster_name: xds_cluster} | google_grpc: {target_uri: a:1, stat_prefix: x}"
            + " | dynamic_resources.ads_config.grpc_services[0].google_grpc: is not supported",
        "cluster_name: xds_cluster} | cluster_name: other} | envoy_grpc.cluster_name: \"other\" is not",
        "http2_protocol_options: {connection_keepalive: {interval: 30s, timeout: 5s}}"
            + " | http_protocol_options: {} | \"xds_cluster\" must speak HTTP/2",
        "timeout: 5s}} | timeout: 5s}}%        upstream_http_protocol_options: {auto_sni: true}"
            + " | \"xds_cluster\" must not have auto_sni",
        "lds_config: {ads: {} | lds_config: {path_config_source: {path: /lds.yaml}"
            + " | dynamic_resources.lds_config.path_config_source.path: is no file",
        "cds_config: {ads: {} | cds_config: {api_config_source: {api_type: GRPC}"
            + " | dynamic_resources.cds_config.api_config_source: is not supported",
        "id: edge-1 | id: '' | node: needs id and cluster",
        "admin_layer: {} | disk_layer: {symlink_root: /x}"
            + " | layered_runtime.layers[1].disk_layer: is not supported",
        "overload: {global | upstream: {global"
            + " | static_layer[\"upstream.global_downstream_max_connections\"]: is not supported",
        "global_downstream_max_connections: 50000 | global_downstream_max_connections: none"
            + " | must be a whole number",
        "outlier_detection: {event_log_path: /dev/null} | upstream_bind_config: {}"
            + " | cluster_manager.upstream_bind_config: is not supported",
        "cluster_manager: | hds_config: {}%cluster_manager: | hds_config: is not supported",
      })
  void whatIsNotSupportedIsRefusedWithItsPath(String text, String instead, String problem)
      throws Exception {
    String good =
        HEAD + dynamic("GRPC", "") + "static_resources:\n  clusters:\n" + cluster("", 18000);
    assertThat(good).contains(text);

    assertThatThrownBy(() -> start(good.replace(text, instead.replace('%', '\n'))))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(problem);
  }

  @Test
  void withoutAControlPlaneNobodyMayAskForOne() throws Exception {
    String bootstrap =
        HEAD
            + "static_resources:\n"
            + web("rds: {route_config_name: routes, config_source: {ads: {}}}")
            + "  clusters:\n"
            + "  - {name: a, type: EDS, eds_cluster_config: {eds_config: {ads: {}}}}\n";

    assertThatThrownBy(() -> start(bootstrap))
        .hasMessageContaining("listener web: rds routes needs a control plane")
        .hasMessageContaining("cluster a: type EDS needs a control plane")
        .hasMessageContaining("or set dynamic_resources.ads_config");
  }
}
