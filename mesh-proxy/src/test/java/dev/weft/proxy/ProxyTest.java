package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.xds.model.SocketAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole proxy in this process, from a bootstrap file a user would write. */
class ProxyTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);

  @TempDir static Path folder;
  private static HttpServer app;
  private static Proxy proxy;
  private static HttpClient client;

  private static String bootstrap(int appPort, String extra) {
    return """
    node: {id: one, cluster: standalone}
    admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
    %s
    static_resources:
      listeners:
      - name: web
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: web
              route_config:
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  routes:
                  - match: {path: /missing}
                    route: {cluster: nowhere}
                  - match: {prefix: /guarded}
                    name: guarded
                    route: {cluster: app}
                    typed_per_filter_config:
                      breaker: {"@type": type.googleapis.com/weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker, min_requests: 5}
                  - match: {prefix: /}
                    route: {cluster: app}
              http_filters:
              - name: breaker
                disabled: true
                typed_config: {"@type": type.googleapis.com/weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker}
              - name: envoy.filters.http.router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      clusters:
      - name: app
        type: STRICT_DNS
        load_assignment:
          cluster_name: app
          endpoints:
          - lb_endpoints:
            - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
    """
        .formatted(extra, appPort);
  }

  private static ProxyOptions options(Path bootstrap) {
    return new ProxyOptions(
        new ProxyOptions.Standalone(bootstrap, null),
        null,
        ANY,
        ANY,
        1,
        Duration.ofSeconds(5),
        folder.resolve("access.log").toString(),
        "json");
  }

  @BeforeAll
  static void start() throws Exception {
    app = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    app.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    app.createContext(
        "/",
        call -> {
          byte[] body = ("seen " + call.getRequestURI()).getBytes(StandardCharsets.UTF_8);
          call.sendResponseHeaders(200, body.length);
          call.getResponseBody().write(body);
          call.close();
        });
    app.start();
    Path file = folder.resolve("bootstrap.yaml");
    Files.writeString(file, bootstrap(app.getAddress().getPort(), ""));
    proxy = Proxy.start(options(file));
    client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    await().until(() -> get("web", "/").statusCode() == 200);
  }

  @AfterAll
  static void stop() {
    client.close();
    proxy.close();
    app.stop(0);
  }

  private static HttpResponse<String> get(String port, String path)
      throws IOException, InterruptedException {
    return client.send(HttpRequest.newBuilder(uri(port, path)).build(), BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(uri("admin", path))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build(),
        BodyHandlers.ofString());
  }

  private static URI uri(String port, String path) {
    return URI.create("http://127.0.0.1:" + proxy.ports().get(port) + path);
  }

  private static JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> response = get("admin", path);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  @Test
  void requestsReachTheApplication() throws Exception {
    HttpResponse<String> response = get("web", "/hello?a=b");

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEqualTo("seen /hello?a=b");
    assertThat(response.headers().firstValue("server")).contains("weft");
  }

  @Test
  void everyRequestLeavesALineInTheAccessLog() throws Exception {
    get("web", "/logged");
    get("web", "/missing");

    Path file = folder.resolve("access.log");
    await().until(() -> Files.readString(file).contains("/missing"));
    List<JsonNode> lines = Files.readAllLines(file).stream().map(ProxyTest::parse).toList();
    assertThat(lines)
        .anySatisfy(
            line -> {
              assertThat(line.path("path").asText()).isEqualTo("/logged");
              assertThat(line.path("response_code").asInt()).isEqualTo(200);
              assertThat(line.path("upstream_cluster").asText()).isEqualTo("app");
            })
        .anySatisfy(
            line -> {
              assertThat(line.path("path").asText()).isEqualTo("/missing");
              assertThat(line.path("response_code").asInt()).isEqualTo(503);
              assertThat(line.path("response_flags").asText()).isEqualTo("NC");
            });
  }

  private static JsonNode parse(String line) {
    try {
      return JSON.readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException(line, e);
    }
  }

  @Test
  void readinessIsToldAndCanBeTakenAway() throws Exception {
    assertThat(get("health", "/healthz/ready").statusCode()).isEqualTo(200);
    assertThat(get("admin", "/ready").body()).isEqualTo("LIVE\n");

    assertThat(post("/healthcheck/fail").statusCode()).isEqualTo(200);
    try {
      assertThat(get("health", "/healthz/ready").statusCode()).isEqualTo(503);
      assertThat(get("health", "/healthz/live").statusCode()).isEqualTo(200);
    } finally {
      post("/healthcheck/ok");
    }
    assertThat(get("health", "/healthz/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsAreThereByEnvoysNames() throws Exception {
    get("web", "/counted");

    HttpResponse<String> response = get("metrics", "/stats/prometheus");

    assertThat(response.headers().firstValue("content-type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body())
        .contains("# TYPE envoy_cluster_upstream_rq_xx counter")
        .containsPattern(
            "envoy_cluster_upstream_rq_xx\\{envoy_response_code_class=\"2\","
                + "envoy_cluster_name=\"app\"} [1-9]")
        .containsPattern(
            "envoy_http_downstream_rq_total\\{envoy_http_conn_manager_prefix=\"web\"} [1-9]")
        .containsPattern("envoy_cluster_membership_healthy\\{envoy_cluster_name=\"app\"} 1")
        .contains("le=\"+Inf\"")
        .contains("envoy_server_live 1")
        .contains("envoy_server_watchdog_miss ")
        .contains("jvm_memory_used_bytes");
    assertThat(get("admin", "/stats?filter=upstream_rq_2xx").body())
        .containsPattern("cluster\\.app\\.upstream_rq_2xx: [1-9]");
  }

  @Test
  void theAdminPagesShowTheConfiguration() throws Exception {
    JsonNode info = json("/server_info");
    assertThat(info.path("state").asText()).isEqualTo("LIVE");
    assertThat(info.path("node").path("id").asText()).isEqualTo("one");

    assertThat(
            json("/listeners?format=json")
                .at("/listener_statuses/0/local_address/socket_address/port_value")
                .asInt())
        .isEqualTo(proxy.ports().get("web"));
    JsonNode host = json("/clusters?format=json").at("/cluster_statuses/0/host_statuses/0");
    assertThat(host.at("/address/socket_address/port_value").asInt())
        .isEqualTo(app.getAddress().getPort());
    assertThat(host.at("/health_status/failed_outlier_check").asBoolean()).isFalse();
    assertThat(get("admin", "/clusters").body()).contains("app::127.0.0.1:");
    JsonNode dump = json("/config_dump");
    assertThat(dump.findValuesAsText("@type"))
        .contains("type.googleapis.com/envoy.config.listener.v3.Listener");
    assertThat(json("/certs").path("certificates")).isEmpty();
  }

  @Test
  void breakersAreSeenAndHeldByHand() throws Exception {
    get("web", "/guarded/a");

    JsonNode breaker = json("/breakers").at("/breakers/0");
    assertThat(breaker.path("cluster").asText()).isEqualTo("app");
    assertThat(breaker.path("method").asText()).isEqualTo("guarded");
    assertThat(breaker.path("state").asText()).isEqualTo("CLOSED");
    assertThat(breaker.path("control").asText()).isEqualTo("AUTO");
    assertThat(breaker.path("requests").asInt()).isEqualTo(1);
    assertThat(post("/breakers/control?cluster=app&method=guarded&state=open").body())
        .isEqualTo("OK\n");
    assertThat(get("web", "/guarded/b").statusCode()).isEqualTo(503);
    assertThat(get("web", "/others").statusCode()).isEqualTo(200);
    assertThat(json("/breakers").at("/breakers/0/state").asText()).isEqualTo("OPEN");
    assertThat(get("admin", "/stats?filter=breaker.guarded").body())
        .contains("cluster.app.breaker.guarded.open: 1")
        .contains("cluster.app.breaker.guarded.short_circuited: 1");
    assertThat(get("metrics", "/metrics").body())
        .contains("weft_breaker_open{envoy_cluster_name=\"app\",weft_method=\"guarded\"} 1");
    assertThat(post("/breakers/control?cluster=app&state=auto").statusCode()).isEqualTo(200);
    assertThat(get("web", "/guarded/c").statusCode()).isEqualTo(200);

    assertThat(get("admin", "/breakers/control?cluster=app&state=open").statusCode())
        .isEqualTo(405);
    assertThat(post("/breakers/control?cluster=nobody&state=open").statusCode()).isEqualTo(404);
    assertThat(post("/breakers/control?cluster=app&method=x&state=open").statusCode())
        .isEqualTo(404);
    assertThat(post("/breakers/control?cluster=app&state=ajar").statusCode()).isEqualTo(400);
  }

  @Test
  void adminPagesKeepStrangersOut() throws Exception {
    assertThat(get("admin", "/quitquitquit").statusCode()).isEqualTo(405);
    assertThat(get("admin", "/nothing").statusCode()).isEqualTo(404);
    HttpResponse<String> crossSite =
        client.send(
            HttpRequest.newBuilder(uri("admin", "/healthcheck/fail"))
                .header("origin", "http://evil.test")
                .POST(HttpRequest.BodyPublishers.noBody())
                .build(),
            BodyHandlers.ofString());
    assertThat(crossSite.statusCode()).isEqualTo(403);
    assertThat(post("/logging?level=loud").statusCode()).isEqualTo(400);
    assertThat(post("/renew_certificate").statusCode()).isEqualTo(400);
  }

  @Test
  void aBootstrapWithAnUnsupportedFieldOpensNoPort() throws IOException {
    Path file = folder.resolve("unsupported.yaml");
    Files.writeString(file, bootstrap(1, "hds_config: {}"));

    assertThatThrownBy(() -> Proxy.start(options(file)))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("hds_config: is not supported");
  }

  @Test
  void overMemoryRequestsAreShedAndTheAdminInterfaceIsThere() throws Exception {
    Path file = folder.resolve("overload.yaml");
    Files.writeString(
        file,
        bootstrap(
            app.getAddress().getPort(),
            """
            overload_manager:
              refresh_interval: 0.05s
              resource_monitors:
              - name: envoy.resource_monitors.fixed_heap
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
                  max_heap_size_bytes: 1
              actions:
              - name: envoy.overload_actions.stop_accepting_requests
                triggers:
                - {name: envoy.resource_monitors.fixed_heap, threshold: {value: 0.95}}
            """));
    try (Proxy full = Proxy.start(options(file))) {
      URI web = URI.create("http://127.0.0.1:" + full.ports().get("web") + "/");
      URI stats =
          URI.create("http://127.0.0.1:" + full.ports().get("admin") + "/stats?filter=overload");
      await()
          .untilAsserted(
              () ->
                  assertThat(
                          client.send(HttpRequest.newBuilder(web).build(), BodyHandlers.ofString()))
                      .matches(reply -> reply.statusCode() == 503)
                      .matches(reply -> reply.body().equals("envoy overloaded")));
      assertThat(client.send(HttpRequest.newBuilder(stats).build(), BodyHandlers.ofString()).body())
          .contains("overload.envoy.overload_actions.stop_accepting_requests.active: 1")
          .contains("overload.envoy.resource_monitors.fixed_heap.pressure: 100")
          .containsPattern("http\\.web\\.downstream_rq_overload_close: [1-9]");
    }
  }

  @Test
  void whatIsNotSupportedOfTheOverloadManagerIsNamedByItsPath() throws IOException {
    Path file = folder.resolve("overload-bad.yaml");
    Files.writeString(
        file,
        bootstrap(
            1,
            """
            overload_manager:
              resource_monitors:
              - {name: envoy.resource_monitors.cgroup_memory}
              - name: envoy.resource_monitors.fixed_heap
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
              actions:
              - {name: envoy.overload_actions.shrink_heap}
              - name: envoy.overload_actions.stop_accepting_requests
                triggers:
                - {name: envoy.resource_monitors.fixed_heap, threshold: {value: 1.5}}
                - {name: other, threshold: {value: 0.5}}
                - name: envoy.resource_monitors.fixed_heap
                  scaled: {scaling_threshold: 0.9, saturation_threshold: 0.8}
            """));
    assertThatThrownBy(() -> Proxy.start(options(file)))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining("overload_manager.resource_monitors[0].name: \"envoy.resource_monit")
        .hasMessageContaining("resource_monitors[1].typed_config.max_heap_size_bytes: must be more")
        .hasMessageContaining("overload_manager.actions[0].name: \"envoy.overload_actions.shrink")
        .hasMessageContaining("overload_manager.actions[1].triggers[0].threshold.value: must be")
        .hasMessageContaining("overload_manager.actions[1].triggers[1].name: must be envoy")
        .hasMessageContaining("overload_manager.actions[1].triggers[2].scaled: saturation");
  }

  @Test
  void aProblemInAResourceIsNamedByItsPath() throws IOException {
    Path file = folder.resolve("bad.yaml");
    Files.writeString(
        file, bootstrap(1, "").replace("match: {prefix: /}", "match: {safe_regex: {regex: '(('}}"));

    assertThatThrownBy(() -> Proxy.start(options(file)))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(
            "static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                + ".route_config.virtual_hosts[0].routes[2].match.safe_regex");
  }

  @Test
  void anAddressInUseIsSaidAndNothingStaysOpen() throws IOException {
    Path file = folder.resolve("taken.yaml");
    Files.writeString(
        file,
        bootstrap(1, "")
            .replaceFirst(
                "name: web\n\\s*address: \\{socket_address: \\{address: 127.0.0.1, port_value: 0",
                "name: web\n    address: {socket_address: {address: 127.0.0.1, port_value: "
                    + proxy.ports().get("web")));

    assertThatThrownBy(() -> Proxy.start(options(file)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("listener web")
        .hasMessageContaining("cannot listen on 127.0.0.1:" + proxy.ports().get("web"));
  }
}
