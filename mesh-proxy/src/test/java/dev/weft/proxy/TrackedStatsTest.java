package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.Statistics;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code track_cluster_stats} measures of requests, as the admin interface of a proxy says.
 */
class TrackedStatsTest {
  private static final String BOOTSTRAP =
      """
      admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
      static_resources:
        listeners:
        - name: in
          address: {socket_address: {address: 127.0.0.1, port_value: 0}}
          filter_chains:
          - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                http_filters:
                - name: envoy.filters.http.router
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                route_config:
                  virtual_hosts:
                  - name: all
                    domains: ["*"]
                    routes:
                    - match: {prefix: /again}
                      route: {cluster: tracked, retry_policy: {retry_on: 5xx, num_retries: 1, retry_back_off: {base_interval: 0.001s, max_interval: 0.002s}}}
                    - match: {prefix: /silent}
                      route: {cluster: tracked, timeout: 0.2s}
                    - match: {prefix: /plain}
                      route: {cluster: plain}
                    - match: {prefix: /}
                      route: {cluster: tracked}
        clusters:
        - {name: plain, type: STATIC, load_assignment: ENDPOINTS}
        - name: tracked
          type: STATIC
          track_timeout_budgets: true
          track_cluster_stats: {request_response_sizes: true}
          load_assignment: ENDPOINTS
      """;

  private final Mesh mesh = new Mesh();
  private StandaloneProxy proxy;
  private Statistics statistics;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              if (request.path().equals("/silent")) {
                return;
              }
              request.bodyHandler(
                  body ->
                      request
                          .response()
                          .setStatusCode(request.path().equals("/again") ? 503 : 200)
                          .end("seven b"));
            });
    String endpoints =
        "{cluster_name: x, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address:"
            + " {address: 127.0.0.1, port_value: "
            + backend.port()
            + "}}}}]}]}";
    Path bootstrap =
        Files.writeString(folder.resolve("b.yaml"), BOOTSTRAP.replace("ENDPOINTS", endpoints));
    proxy = StandaloneProxy.start(bootstrap, folder.resolve("log"), "%RESPONSE_CODE%\n");
    statistics = new Statistics(proxy.port("admin"));
  }

  @AfterEach
  void close() {
    proxy.close();
    mesh.close();
  }

  private long of(String name) {
    return statistics.of("cluster.tracked.upstream_" + name);
  }

  @Test
  void messagesOfEachTry() throws Exception {
    assertThat(mesh.h1.get(proxy.port("in"), "/").status()).isEqualTo(200);
    await().until(() -> of("rs_body_size.count") == 1);
    assertThat(of("rs_body_size.sum")).isEqualTo(7);
    assertThat(of("rq_body_size.count")).isEqualTo(1);
    assertThat(of("rq_body_size.sum")).isZero();
    assertThat(of("rq_headers_count.sum")).isGreaterThanOrEqualTo(4);
    assertThat(of("rs_headers_count.sum")).isGreaterThanOrEqualTo(2);
    assertThat(of("rq_headers_size.sum")).isGreaterThan(":method:path:scheme:authority".length());
    assertThat(of("rs_headers_size.sum")).isGreaterThan(":status200".length());

    assertThat(mesh.h1.get(proxy.port("in"), "/again").status()).isEqualTo(503);
    await().until(() -> of("rs_body_size.count") == 3);
    assertThat(of("rq_headers_size.count")).isEqualTo(3);
  }

  @Test
  void howMuchOfItsTimeARequestTook() throws Exception {
    assertThat(mesh.h1.get(proxy.port("in"), "/silent").status()).isEqualTo(504);
    await().until(() -> of("rq_timeout_budget_per_try_percent_used.count") == 1);
    assertThat(of("rq_timeout_budget_percent_used.count")).isEqualTo(1);
    assertThat(of("rq_timeout_budget_percent_used.sum")).isGreaterThanOrEqualTo(100);
    // A try that has no bound uses nothing of it, and an answer that did not come has no size.
    assertThat(of("rq_timeout_budget_per_try_percent_used.sum")).isZero();
    assertThat(of("rs_body_size.count")).isZero();
  }

  @Test
  void nothingOfAClusterThatDoesNotAskForIt() throws Exception {
    assertThat(mesh.h1.get(proxy.port("in"), "/plain").status()).isEqualTo(200);
    assertThat(statistics.all())
        .containsEntry("cluster.plain.upstream_rq_200", 1L)
        .allSatisfy(
            (name, value) -> assertThat(name).doesNotContain("_size.", "_headers_count", "budget"));
  }
}
