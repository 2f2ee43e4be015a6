package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.SocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * What routes do to requests before they are forwarded, with tables as users write them. What is
 * expected was seen on Envoy 1.40.0.
 */
class RouteFeaturesTest {
  private static final String TEMPLATE =
      "{name: m, typed_config: {'@type': 'type.googleapis.com/envoy.extensions.path.match."
          + "uri_template.v3.UriTemplateMatchConfig', path_template: '%s'}}";
  private static final String REWRITE =
      "{name: w, typed_config: {'@type': 'type.googleapis.com/envoy.extensions.path.rewrite."
          + "uri_template.v3.UriTemplateRewriteConfig', path_template_rewrite: '%s'}}";

  private final Mesh mesh = new Mesh();

  /** Answers with the request's line and head. */
  private final Backend echo =
      Backend.start(
          mesh.outside,
          request -> {
            StringBuilder text = new StringBuilder(request.uri()).append('\n');
            text.append("host: ").append(request.authority()).append('\n');
            request
                .headers()
                .forEach(
                    (name, value) -> {
                      if (!name.equalsIgnoreCase("host")) {
                        text.append(name).append(": ").append(value).append('\n');
                      }
                    });
            request.response().end(text.toString());
          });

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(String fields) {
    ClusterConfig cluster = Configs.cluster("c", UpstreamProtocol.HTTP1, echo.port());
    EndpointSet named =
        new EndpointSet(
            "c",
            List.of(
                new EndpointSet.LocalityEndpoints(
                    new EndpointSet.Locality("", "", ""),
                    0,
                    1,
                    List.of(
                        new EndpointSet.Endpoint(
                            new SocketAddress("127.0.0.1", echo.port()),
                            "ep.test",
                            EndpointSet.HealthStatus.UNKNOWN,
                            1,
                            Map.of())))),
            140);
    mesh.apply(config(table(fields), new ClusterConfig(cluster.cluster(), named)));
  }

  private void routes(String... routes) {
    apply("virtual_hosts: [{name: v, domains: ['*'], routes: [" + String.join(",", routes) + "]}]");
  }

  private Client.Reply get(String path, String... headers) {
    return get(mesh.h1, path, headers);
  }

  private Client.Reply get(Client client, String path, String... headers) {
    Map<String, String> map = new java.util.LinkedHashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      map.put(headers[i], headers[i + 1]);
    }
    return client.get(mesh.port(), path, map);
  }

  private static String line(Client.Reply reply) {
    return reply.body().lines().findFirst().orElse("");
  }

  /** The values of a header as the endpoint saw it. */
  private static List<String> seen(Client.Reply reply, String name) {
    return Arrays.stream(reply.body().split("\n"))
        .filter(line -> line.startsWith(name + ": "))
        .map(line -> line.substring(name.length() + 2))
        .toList();
  }

  @Test
  void anExpressionReplacesEveryMatchInThePathAndLeavesTheQuery() {
    routes(
        "{match: {prefix: /}, route: {cluster: c, regex_rewrite:"
            + " {pattern: {regex: 'a*'}, substitution: '<\\0>'}}}");

    Client.Reply reply = get("/rx/baac?a=a");

    assertThat(line(reply)).isEqualTo("<>/<>r<>x<>/<>b<aa>c<>?a=a");
    assertThat(seen(reply, "x-envoy-original-path")).containsExactly("/rx/baac?a=a");
    // Also where nothing changes.
    assertThat(seen(get("/"), "x-envoy-original-path")).containsExactly("/");
  }

  @Test
  void aTemplateMatchesAndRewrites() {
    routes(
        "{match: {path_match_policy: "
            + TEMPLATE.formatted("/t/{a}/*/{rest=**}")
            + "}, route: {cluster: c, path_rewrite_policy: "
            + REWRITE.formatted("/n/{rest}/{a}.x")
            + "}}");

    assertThat(line(get("/t/x/y/z/q?k=1"))).isEqualTo("/n/z/q/x.x?k=1");
    assertThat(line(get("/t/x/y/"))).isEqualTo("/n//x.x");
    assertThat(get("/t/x/y").status()).isEqualTo(404);
    assertThat(get("/u/x/y/z").status()).isEqualTo(404);
  }

  @Test
  void theHostComesFromPathHeaderOrEndpoint() {
    routes(
        "{match: {prefix: /hr}, route: {cluster: c, append_x_forwarded_host: true,"
            + " prefix_rewrite: /zz, host_rewrite_path_regex:"
            + " {pattern: {regex: '^/hr/(.+)$'}, substitution: '\\1.test'}}}",
        "{match: {prefix: /hh}, route: {cluster: c, host_rewrite_header: x-h,"
            + " append_x_forwarded_host: true}}",
        "{match: {prefix: /auto}, route: {cluster: c, auto_host_rewrite: true,"
            + " append_x_forwarded_host: true}}",
        "{match: {prefix: /quiet}, route: {cluster: c, auto_host_rewrite: true}}");
    String own = "127.0.0.1:" + mesh.port();
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      Client.Reply path = get(client, "/hr/foo?x=1");
      assertThat(line(path)).isEqualTo("/zz/foo?x=1");
      assertThat(seen(path, "host")).containsExactly("foo.test");
      assertThat(seen(path, "x-forwarded-host")).containsExactly(own);
      assertThat(seen(path, "x-envoy-original-host")).containsExactly(own);

      assertThat(seen(get(client, "/hh", "x-h", "hh.test"), "host")).containsExactly("hh.test");
      Client.Reply without = get(client, "/hh");
      assertThat(seen(without, "host")).containsExactly(own);
      assertThat(without.body()).doesNotContain("x-forwarded-host");

      Client.Reply auto = get(client, "/auto", "x-forwarded-host", "q, w");
      assertThat(seen(auto, "host")).containsExactly("ep.test");
      assertThat(seen(auto, "x-forwarded-host")).containsExactly("q, w," + own);
      assertThat(get(client, "/quiet").body()).doesNotContain("x-forwarded-host");
    }
  }

  @Test
  void aHeaderNamesTheCluster() {
    routes(
        "{match: {prefix: /}, response_headers_to_add: [{header: {key: x-r, value: v}}], route:"
            + " {cluster_header: x-cl, cluster_not_found_response_code: NOT_FOUND}}");

    assertThat(get("/", "x-cl", "c").status()).isEqualTo(200);
    for (Client.Reply none : List.of(get("/"), get("/", "x-cl", "missing"))) {
      assertThat(none.status()).isEqualTo(404);
      assertThat(none.body()).isEmpty();
      assertThat(none.header("x-r")).isEqualTo("v");
    }
    await().until(() -> mesh.telemetry.lines().size() == 3);
    assertThat(mesh.telemetry.lines().stream().map(line -> line.flags()))
        .containsExactly("-", "NC", "NC");
  }

  @Test
  void theNumberInAHeaderChoosesByWeight() {
    routes(
        "{match: {prefix: /}, response_headers_to_add: [{header: {key: x-w, value: route},"
            + " append_action: ADD_IF_ABSENT}],"
            + " route: {weighted_clusters: {header_name: x-rand, clusters: ["
            + " {name: c, weight: 1, host_rewrite_literal: one.test,"
            + "  response_headers_to_add: [{header: {key: x-w, value: '1'}}]},"
            + " {name: none, weight: 2,"
            + "  response_headers_to_add: [{header: {key: x-w, value: '2'}}]},"
            + " {cluster_header: x-cl, weight: 3}]}}}");

    Client.Reply first = get("/", "x-rand", "6");
    assertThat(first.header("x-w")).isEqualTo("1");
    assertThat(seen(first, "host")).containsExactly("one.test");
    assertThat(get("/", "x-rand", "1").header("x-w")).isEqualTo("2");
    assertThat(get("/", "x-rand", "2").status()).isEqualTo(503);
    assertThat(get("/", "x-rand", "5", "x-cl", "c").header("x-w")).isEqualTo("route");
    assertThat(get("/", "x-rand", "3").status()).isEqualTo(503);
    // As an unsigned number: 2^64 - 1 modulo 6 is 3.
    assertThat(get("/", "x-rand", "18446744073709551615", "x-cl", "c").status()).isEqualTo(200);
  }

  private static String addHeader(String list, String value, String action) {
    return list + ": [{header: {key: x-o, value: " + value + "}, append_action: " + action + "}]";
  }

  @Test
  void theMostSpecificHeaderChangeWinsWhereTheTableSaysSo() {
    String overwrite = "OVERWRITE_IF_EXISTS_OR_ADD";
    for (boolean specific : List.of(false, true)) {
      apply(
          "most_specific_header_mutations_wins: "
              + specific
              + ","
              + addHeader("request_headers_to_add", "table", overwrite)
              + ","
              + addHeader("response_headers_to_add", "table", overwrite)
              + ", virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /},"
              + addHeader("request_headers_to_add", "route", overwrite)
              + ","
              + addHeader("response_headers_to_add", "route", overwrite)
              + ", route: {cluster: c}}]}]");
      Client.Reply reply = get("/");

      assertThat(seen(reply, "x-o")).containsExactly(specific ? "route" : "table");
      assertThat(reply.header("x-o")).isEqualTo(specific ? "route" : "table");
    }
  }

  @Test
  void anEmptyValueIsKeptWhereItIsToBe() {
    routes(
        "{match: {prefix: /}, request_headers_to_add: [{header: {key: x-e}, keep_empty_value:"
            + " true}, {header: {key: x-empty}}], route: {cluster: c}}");

    assertThat(get("/").body()).contains("x-e: \n").doesNotContain("x-empty");
  }

  @Test
  void valuesOfHeadersSpeakOfTheExchange() {
    routes(
        "{match: {prefix: /}, request_headers_to_add: ["
            + "{header: {key: x-from, value: '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%'}},"
            + "{header: {key: x-cut, value: '<%REQ(X-A):3%>%%'}},"
            + "{header: {key: x-none, value: '%REQ(X-NONE)%'}},"
            + "{header: {key: x-kept, value: '%REQ(X-NONE)%'}, keep_empty_value: true},"
            + "{header: {key: x-path, value: '%REQ(:PATH)%'}}],"
            + " response_headers_to_add: ["
            + "{header: {key: x-code, value: '%RESPONSE_CODE% of %UPSTREAM_CLUSTER%'}},"
            + "{header: {key: x-none, value: '%RESP(X-NONE)%'}}],"
            + " route: {cluster: c, prefix_rewrite: /to/}}");

    Client.Reply reply = get("/from", "x-a", "abcdef");

    assertThat(seen(reply, "x-from")).containsExactly("127.0.0.1");
    assertThat(seen(reply, "x-cut")).containsExactly("<abc>%");
    assertThat(reply.body()).doesNotContain("x-none").contains("x-kept: \n");
    // Headers are changed before the path is rewritten.
    assertThat(seen(reply, "x-path")).containsExactly("/from");
    assertThat(line(reply)).isEqualTo("/to/from");
    assertThat(reply.header("x-code")).isEqualTo("200 of c");
    assertThat(reply.header("x-none")).isNull();
  }

  @Test
  void aRetryIsForRequestsAndAnswersWithTheirHeaders() {
    Backend again =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .putHeader("x-again", request.getHeader("want"))
                    .putHeader("x-tries", request.getHeader("x-envoy-attempt-count"))
                    .end());
    mesh.apply(
        config(
            table(
                "virtual_hosts: [{name: v, domains: ['*'], include_request_attempt_count: true,"
                    + " routes: [{match: {prefix: /}, route: {cluster: c, retry_policy: {retry_on:"
                    + " retriable-headers, num_retries: 2, retry_back_off: {base_interval: 0.001s},"
                    + " retriable_headers: [{name: x-again, string_match: {prefix: y}}],"
                    + " retriable_request_headers: [{name: x-safe}]}}}]}]"),
            Configs.cluster("c", UpstreamProtocol.HTTP1, again.port())));

    assertThat(get("/", "want", "yes", "x-safe", "1").header("x-tries")).isEqualTo("3");
    assertThat(get("/", "want", "no", "x-safe", "1").header("x-tries")).isEqualTo("1");
    assertThat(get("/", "want", "yes").header("x-tries")).isEqualTo("1");
    await().until(() -> mesh.telemetry.lines().size() == 3);
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("URX");
  }

  @Test
  void attemptsAreToldWhereAsked() {
    apply(
        "virtual_hosts: [{name: v, domains: [told.test], include_request_attempt_count: true,"
            + " include_attempt_count_in_response: true, routes: [{match: {prefix: /none}, route:"
            + " {cluster: none}}, {match: {prefix: /}, route: {cluster: c}}]},"
            + " {name: w, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster: c}}]}]");

    Client.Reply told = get("/", "host", "told.test");
    assertThat(seen(told, "x-envoy-attempt-count")).containsExactly("1");
    assertThat(told.header("x-envoy-attempt-count")).isEqualTo("1");
    assertThat(get("/none", "host", "told.test").header("x-envoy-attempt-count")).isNull();
    Client.Reply untold = get("/");
    assertThat(untold.body()).doesNotContain("x-envoy-attempt-count");
    assertThat(untold.header("x-envoy-attempt-count")).isNull();
  }

  @Test
  void whoHasToComeByTlsIsSentThere() {
    apply(
        "internal_only_headers: [x-int], virtual_hosts: ["
            + "{name: v, domains: ['all.test', 'all.test:80'], require_tls: ALL, routes:"
            + " [{match: {prefix: /}, route: {cluster: c}}]},"
            + "{name: w, domains: ['*'], require_tls: EXTERNAL_ONLY, routes:"
            + " [{match: {prefix: /}, route: {cluster: c}}]}]");

    Client.Reply sent = get("/a?b=c", "host", "all.test:80");
    assertThat(sent.status()).isEqualTo(301);
    assertThat(sent.header("location")).isEqualTo("https://all.test:80/a?b=c");
    assertThat(get("/", "host", "other.test").status()).isEqualTo(301);
    // Without use_remote_address what the client says of itself counts.
    Client.Reply through = get("/", "x-forwarded-proto", "https", "x-int", "1");
    assertThat(through.status()).isEqualTo(200);
    assertThat(through.body()).doesNotContain("x-int");
  }

  @Test
  void hostsAreFoundWithoutTheirPortAndPathsWithoutTheirParameters() {
    apply(
        "ignore_port_in_host_matching: true, ignore_path_parameters_in_path_matching: true,"
            + " virtual_hosts: [{name: v, domains: [a.test, '[::1]'], routes: [{match: {path: /p},"
            + " route: {cluster: c}}, {match: {path: /q/r}, route: {cluster: c}}]}]");

    assertThat(get("/p", "host", "a.test").status()).isEqualTo(200);
    assertThat(get("/p", "host", "A.test:8080").status()).isEqualTo(200);
    assertThat(get("/p", "host", "[::1]:8080").status()).isEqualTo(200);
    assertThat(get("/p", "host", "[::1]").status()).isEqualTo(200);
    assertThat(get("/p", "host", "b.test:80").status()).isEqualTo(404);
    assertThat(line(get("/p;v=1?q=2", "host", "a.test"))).isEqualTo("/p;v=1?q=2");
    assertThat(line(get("/q;v=1;w/r;x", "host", "a.test"))).isEqualTo("/q;v=1;w/r;x");
    assertThat(get("/q;v=1/r/s", "host", "a.test").status()).isEqualTo(404);
  }

  @Test
  void redirectsByExpression() {
    routes(
        "{match: {prefix: /red}, redirect: {regex_rewrite: {pattern: {regex: '/red/(.*)'},"
            + " substitution: '/\\1/x'}}}",
        "{match: {prefix: /strip}, redirect: {regex_rewrite: {pattern: {regex: '^/strip'},"
            + " substitution: '/s'}, strip_query: true}}");
    String own = "http://127.0.0.1:" + mesh.port();

    assertThat(get("/red/a/b?q=1").header("location")).isEqualTo(own + "/a/b/x?q=1");
    assertThat(get("/strip/a?q=1").header("location")).isEqualTo(own + "/s/a");
    assertThat(Objects.requireNonNull(get("/red/").header("location"))).isEqualTo(own + "//x");
  }

  @Test
  void aClientWithoutACertificate() {
    routes(
        "{match: {prefix: /, tls_context: {presented: true}}, direct_response: {status: 201}}",
        "{match: {prefix: /, tls_context: {validated: false}}, direct_response: {status: 202}}");

    assertThat(get("/").status()).isEqualTo(202);
  }
}
