package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each HTTP filter as a user configures it. What is expected was seen on Envoy 1.40.0 with the same
 * configuration.
 */
class HttpFiltersTest {
  private static final String ALL = "{match: {prefix: /}, route: {cluster: up}}";

  private final Mesh mesh = new Mesh();
  private Backend backend;

  /** Answers with what came: path, length, and the headers that tests ask for. */
  @BeforeEach
  void start() {
    backend =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .body()
                    .onSuccess(
                        body ->
                            request
                                .response()
                                .putHeader("access-control-allow-origin", "http://upstream")
                                .putHeader("x-up", "1")
                                .end(
                                    request.path()
                                        + " "
                                        + body.length()
                                        + " length="
                                        + request.getHeader("content-length")
                                        + " x-q="
                                        + request.headers().getAll("x-q")
                                        + " x-v="
                                        + request.getHeader("x-v"))));
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void serve(String filters, String routes) throws BootstrapException {
    serve(filters, "", routes);
  }

  private void serve(String filters, String host, String routes) throws BootstrapException {
    mesh.apply(
        FromYaml.http(
            filters,
            "virtual_hosts: [{name: v, domains: ['*'], " + host + " routes: [" + routes + "]}]",
            backend.port()));
  }

  private Reply get(String path, String... headers) {
    return call(HttpMethod.GET, path, null, headers);
  }

  private Reply call(HttpMethod method, String path, String body, String... headers) {
    Map<String, String> named = new java.util.LinkedHashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      named.put(headers[i], headers[i + 1]);
    }
    return mesh.h1.call(mesh.port(), method, path, named, body);
  }

  /** The answer's body. */
  private String chunked(String path, String body) {
    return Client.await(
        mesh.h1
            .request(mesh.port(), HttpMethod.POST, path)
            .compose(
                request ->
                    request
                        .setChunked(true)
                        .send(Buffer.buffer(body))
                        .compose(HttpClientResponse::body))
            .map(Buffer::toString));
  }

  private static String route(String prefix, String said) {
    return "{match: {prefix: "
        + prefix
        + "}, route: {cluster: up}, typed_per_filter_config: {"
        + said
        + "}}";
  }

  // local_ratelimit

  private static String limit(String prefix, int tokens, String more) {
    return "{@http/local_ratelimit.v3.LocalRateLimit, stat_prefix: "
        + prefix
        + ", token_bucket: {max_tokens: "
        + tokens
        + ", fill_interval: 3600s}, filter_enabled: {default_value: {numerator: 100}}"
        + more
        + "}";
  }

  private static final String ENFORCED = ", filter_enforced: {default_value: {numerator: 100}}";

  @Test
  void aRateLimitRefusesWithoutAToken() throws Exception {
    serve(
        "{name: limit, typed_config: "
            + limit(
                "all",
                2,
                ENFORCED
                    + ", response_headers_to_add: [{header: {key: x-lim, value: 'yes'}}]"
                    + ", enable_x_ratelimit_headers: DRAFT_VERSION_03")
            + "}",
        route("/own", "limit: " + limit("own", 1, ENFORCED + ", status: {code: 503}"))
            + ", "
            + route("/low", "limit: " + limit("low", 1, ENFORCED + ", status: {code: 200}"))
            + ", "
            + route(
                "/shadow",
                "limit: "
                    + limit(
                        "shadow",
                        1,
                        ", request_headers_to_add_when_not_enforced:"
                            + " [{header: {key: x-q, value: over}}]"))
            + ", "
            + ALL);

    Reply first = get("/");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.header("x-ratelimit-limit")).isEqualTo("2");
    assertThat(first.header("x-ratelimit-remaining")).isEqualTo("1");
    assertThat(first.header("x-ratelimit-reset")).isEqualTo("0");
    assertThat(get("/").header("x-ratelimit-remaining")).isEqualTo("0");
    Reply refused = get("/");
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.body()).isEqualTo("local_rate_limited");
    assertThat(refused.header("x-lim")).isEqualTo("yes");
    assertThat(refused.header("x-ratelimit-limit")).isEqualTo("2");
    Reply grpc = call(HttpMethod.POST, "/", "", "content-type", "application/grpc");
    assertThat(grpc.header("grpc-status")).isEqualTo("14");
    assertThat(grpc.header("grpc-message")).isEqualTo("local_rate_limited");

    assertThat(get("/own").status()).isEqualTo(200);
    Reply own = get("/own");
    assertThat(own.status()).isEqualTo(503);
    assertThat(own.header("x-ratelimit-limit")).isNull();
    get("/low");
    assertThat(get("/low").status()).as("no error is 429").isEqualTo(429);
    assertThat(get("/shadow").body()).contains("x-q=[]");
    assertThat(get("/shadow").body()).contains("x-q=[over]");

    assertThat(mesh.telemetry.count("all.http_local_rate_limit.enabled")).isEqualTo(4);
    assertThat(mesh.telemetry.count("all.http_local_rate_limit.ok")).isEqualTo(2);
    assertThat(mesh.telemetry.count("all.http_local_rate_limit.rate_limited")).isEqualTo(2);
    assertThat(mesh.telemetry.count("all.http_local_rate_limit.enforced")).isEqualTo(2);
    assertThat(mesh.telemetry.count("shadow.http_local_rate_limit.rate_limited")).isEqualTo(1);
    assertThat(mesh.telemetry.count("shadow.http_local_rate_limit.enforced")).isZero();
    await().until(() -> mesh.telemetry.lines().size() == 10);
    assertThat(mesh.telemetry.lines().get(2).flags()).isEqualTo("RL");
    assertThat(mesh.telemetry.lines().get(2).details()).isEqualTo("local_rate_limited");
  }

  // buffer

  @Test
  void aBufferedRequestIsWholeOrRefused() throws Exception {
    serve(
        "{name: buffer, typed_config: {@http/buffer.v3.Buffer, max_request_bytes: 100000}}",
        route("/off", "buffer: {@http/buffer.v3.BufferPerRoute, disabled: true}")
            + ", "
            + route(
                "/small",
                "buffer: {@http/buffer.v3.BufferPerRoute, buffer: {max_request_bytes: 10}}")
            + ", "
            + ALL);

    String body = "0123456789".repeat(10_000);
    assertThat(chunked("/", body)).startsWith("/ 100000 length=100000");
    assertThat(mesh.h2.post(mesh.port(), "/", body).body()).startsWith("/ 100000 length=100000");
    assertThat(call(HttpMethod.POST, "/", body + "a").status()).isEqualTo(413);
    assertThat(mesh.h2.post(mesh.port(), "/", body + "a").status()).isEqualTo(413);
    assertThat(call(HttpMethod.POST, "/off", body + "a").status()).isEqualTo(200);
    assertThat(call(HttpMethod.POST, "/small", "0123456789").status()).isEqualTo(200);
    Reply refused = call(HttpMethod.POST, "/small", "0123456789a");
    assertThat(refused.status()).isEqualTo(413);
    assertThat(refused.body()).isEqualTo("Payload Too Large");
    assertThat(mesh.telemetry.count("http.in.downstream_rq_too_large")).isEqualTo(3);
    assertThat(get("/").status()).isEqualTo(200);
  }

  // fault

  private static String fault(String prefix, String what) {
    return route(prefix, "fault: {@http/fault.v3.HTTPFault, " + what + "}");
  }

  @Test
  void faultsDelayAndAbort() throws Exception {
    String always = "percentage: {numerator: 100}";
    serve(
        "{name: fault, typed_config: {@http/fault.v3.HTTPFault, abort: {header_abort: {}, "
            + always
            + "}, delay: {header_delay: {}, "
            + always
            + "}}}",
        fault("/abort", "abort: {http_status: 418, " + always + "}")
            + ", "
            + fault("/grpc", "abort: {grpc_status: 5, " + always + "}")
            + ", "
            + fault(
                "/both",
                "delay: {fixed_delay: 0.05s, "
                    + always
                    + "}, abort: {http_status: 500, "
                    + always
                    + "}")
            + ", "
            + fault("/never", "abort: {http_status: 500}")
            + ", "
            + fault("/max", "max_active_faults: 0, abort: {http_status: 500, " + always + "}")
            + ", "
            + fault(
                "/header",
                "headers: [{name: x-a, string_match: {exact: b}}], abort: {http_status: 500, "
                    + always
                    + "}")
            + ", "
            + fault(
                "/cluster", "upstream_cluster: other, abort: {http_status: 500, " + always + "}")
            + ", "
            + fault("/node", "downstream_nodes: [n1], abort: {http_status: 500, " + always + "}")
            + ", "
            + ALL);

    Reply aborted = get("/abort");
    assertThat(aborted.status()).isEqualTo(418);
    assertThat(aborted.body()).isEqualTo("fault filter abort");
    assertThat(get("/grpc").status()).isEqualTo(200);
    Reply grpc = call(HttpMethod.POST, "/grpc", "", "content-type", "application/grpc");
    assertThat(grpc.header("grpc-status")).isEqualTo("5");
    assertThat(get("/both").status()).isEqualTo(500);
    assertThat(get("/never").status()).isEqualTo(200);
    assertThat(get("/max").status()).isEqualTo(200);
    assertThat(get("/header").status()).isEqualTo(200);
    assertThat(get("/header", "x-a", "b").status()).isEqualTo(500);
    assertThat(get("/cluster").status()).isEqualTo(200);
    assertThat(get("/node").status()).isEqualTo(200);
    assertThat(get("/node", "x-envoy-downstream-service-node", "n1").status()).isEqualTo(500);
    await().until(() -> mesh.telemetry.lines().size() == 11);
    assertThat(mesh.telemetry.lines().get(0).flags()).isEqualTo("FI");
    assertThat(mesh.telemetry.lines().get(3).flags()).isEqualTo("DI,FI");
    assertThat(mesh.telemetry.lines().get(3).details()).isEqualTo("fault_filter_abort");
    assertThat(mesh.telemetry.count("http.in.fault.aborts_injected")).isEqualTo(6);
    assertThat(mesh.telemetry.count("http.in.fault.delays_injected")).isEqualTo(1);
    assertThat(mesh.telemetry.count("http.in.fault.faults_overflow")).isEqualTo(1);
    assertThat(mesh.telemetry.count("http.in.fault.active_faults")).isZero();
  }

  // cors

  @Test
  void preflightsAreAnsweredForOriginsThatMayCall() throws Exception {
    String host =
        "typed_per_filter_config: {cors: {@http/cors.v3.CorsPolicy, allow_origin_string_match:"
            + " [{exact: 'http://vh'}], allow_methods: VH, allow_credentials: true}},";
    serve(
        "{name: cors, typed_config: {@http/cors.v3.Cors}}",
        host,
        route(
                "/a",
                "cors: {@http/cors.v3.CorsPolicy, allow_origin_string_match: [{exact:"
                    + " 'http://a'}], allow_methods: 'GET,PUT', allow_headers: x-h, expose_headers:"
                    + " x-e, max_age: '10'}")
            + ", "
            + route(
                "/pre",
                "cors: {@http/cors.v3.CorsPolicy, allow_origin_string_match: [{prefix:"
                    + " 'http://a'}], forward_not_matching_preflights: false}")
            + ", {match: {prefix: /direct}, direct_response: {status: 200}}, "
            + ALL);

    Reply preflight = preflight("/a", "http://a");
    assertThat(preflight.status()).isEqualTo(200);
    assertThat(preflight.body()).isEmpty();
    assertThat(preflight.header("access-control-allow-origin")).isEqualTo("http://a");
    assertThat(preflight.header("access-control-allow-methods")).isEqualTo("GET,PUT");
    assertThat(preflight.header("access-control-allow-headers")).isEqualTo("x-h");
    assertThat(preflight.header("access-control-expose-headers")).isEqualTo("x-e");
    assertThat(preflight.header("access-control-max-age")).isEqualTo("10");
    assertThat(preflight.header("access-control-allow-credentials"))
        .as("as the virtual host says")
        .isEqualTo("true");
    Reply call = get("/a", "origin", "http://a");
    assertThat(call.header("access-control-allow-origin")).isEqualTo("http://a");
    assertThat(call.header("access-control-expose-headers")).isEqualTo("x-e");

    Reply other = preflight("/a", "http://x");
    assertThat(other.body()).as("goes to the endpoint").startsWith("/a");
    assertThat(other.header("access-control-allow-origin")).isEqualTo("http://upstream");
    Reply refused = preflight("/pre", "http://x");
    assertThat(refused.body()).isEmpty();
    assertThat(refused.header("access-control-allow-origin")).isNull();
    assertThat(refused.header("access-control-allow-methods")).isEqualTo("VH");
    assertThat(get("/vh", "origin", "http://vh").header("access-control-allow-origin"))
        .isEqualTo("http://vh");
    assertThat(get("/direct", "origin", "http://vh").header("access-control-allow-origin"))
        .as("only routes that forward")
        .isNull();
    assertThat(mesh.telemetry.count("http.in.cors.origin_valid")).isEqualTo(3);
    assertThat(mesh.telemetry.count("http.in.cors.origin_invalid")).isEqualTo(2);
  }

  private Reply preflight(String path, String origin) {
    return call(
        HttpMethod.OPTIONS, path, null, "origin", origin, "access-control-request-method", "GET");
  }

  // header_mutation

  private static String add(String name, String value, String action) {
    return "{append: {header: {key: "
        + name
        + ", value: "
        + value
        + "}, append_action: "
        + action
        + "}}";
  }

  private static String mutations(String value, String more) {
    return "mutations: {request_mutations: ["
        + add("x-q", value, "APPEND_IF_EXISTS_OR_ADD")
        + "], response_mutations: ["
        + add("x-r", value, "APPEND_IF_EXISTS_OR_ADD")
        + ", "
        + add("x-o", value, "OVERWRITE_IF_EXISTS_OR_ADD")
        + more
        + "]}";
  }

  @Test
  void headersChangeByManagerThenRouteThenVirtualHost() throws Exception {
    String filter =
        "{name: change, typed_config: {@http/header_mutation.v3.HeaderMutation, "
            + mutations("f", ", {remove: x-route}")
            + "}}";
    String host =
        "typed_per_filter_config: {change: {@http/header_mutation.v3.HeaderMutationPerRoute, "
            + mutations("v", "")
            + "}}, ";
    String routes =
        "{match: {prefix: /r}, route: {cluster: up}, response_headers_to_add: [{header: {key:"
            + " x-route, value: '1'}}], typed_per_filter_config: {change:"
            + " {@http/header_mutation.v3.HeaderMutationPerRoute, "
            + mutations("r", "")
            + "}}}, {match: {prefix: /direct}, direct_response: {status: 200}}";
    serve(filter, host, routes);

    Reply reply = get("/r");
    assertThat(reply.body()).contains("x-q=[f, r, v]");
    assertThat(reply.headers().getAll("x-r")).containsExactly("f", "r", "v");
    assertThat(reply.header("x-o")).isEqualTo("v");
    assertThat(reply.header("x-route")).as("the route's come first").isNull();
    assertThat(get("/direct").headers().getAll("x-r"))
        .as("answers of the proxy, too")
        .containsExactly("f", "v");

    serve(
        filter.replace(
            "HeaderMutation, ", "HeaderMutation, most_specific_header_mutations_wins: true, "),
        host,
        routes);
    assertThat(get("/r").header("x-o")).isEqualTo("r");
  }

  // health_check

  private static String check(String path, boolean pass, String minimum) {
    return "{name: h"
        + path.substring(1)
        + ", typed_config: {@http/health_check.v3.HealthCheck, pass_through_mode: "
        + pass
        + ", headers: [{name: ':path', string_match: {exact: "
        + path
        + "}}]"
        + minimum
        + "}}";
  }

  @Test
  void healthChecksAreAnswered() throws Exception {
    String up = ", cluster_min_healthy_percentages: {up: {value: 50}}";
    serve(
        String.join(
            ", ",
            check("/hc", false, ""),
            check("/pass", true, ""),
            check("/cluster", false, up),
            check("/empty", false, up.replace("up:", "other:")),
            check("/none", false, up.replace("up:", "unknown:"))),
        ALL);

    Reply here = get("/hc");
    assertThat(here.status()).isEqualTo(200);
    assertThat(here.body()).isEmpty();
    assertThat(here.headers().contains("x-envoy-upstream-healthchecked-cluster")).isTrue();
    assertThat(get("/hc?x").body()).startsWith("/hc");
    Reply passed = get("/pass");
    assertThat(passed.body()).startsWith("/pass");
    assertThat(passed.headers().contains("x-envoy-upstream-healthchecked-cluster")).isTrue();
    assertThat(get("/cluster").status()).isEqualTo(200);
    assertThat(get("/empty").status()).isEqualTo(503);
    assertThat(get("/none").status()).isEqualTo(503);
    await().until(() -> mesh.telemetry.lines().size() == 6);
    assertThat(mesh.telemetry.lines())
        .extracting(line -> line.details() + " " + line.flags())
        .containsExactly(
            "health_check_ok -",
            "via_upstream -",
            "via_upstream -",
            "health_check_ok_cluster_healthy -",
            "health_check_failed_cluster_empty LH",
            "health_check_failed_no_cluster_found LH");
    assertThat(mesh.telemetry.count("http.in.health_check.request_total")).isEqualTo(4);
    assertThat(mesh.telemetry.count("http.in.health_check.failed")).isEqualTo(2);
  }

  // header_to_metadata

  @Test
  void headersBecomeMetadata() throws Exception {
    serve(
        """
        {name: notes, typed_config: {@http/header_to_metadata.v3.Config, request_rules: [
          {header: x-v, on_header_present: {metadata_namespace: ns, key: v},
           on_header_missing: {metadata_namespace: ns, key: v, value: none}, remove: true},
          {header: x-n, on_header_present: {metadata_namespace: ns, key: n1, type: NUMBER}},
          {header: x-re, on_header_present: {metadata_namespace: ns, key: re, regex_value_rewrite:
            {pattern: {regex: '^a(.*)$'}, substitution: '<\\\\1>'}}},
          {cookie: c, on_header_present: {metadata_namespace: ns, key: c}},
          {header: x-c, on_header_present: {metadata_namespace: ns, key: const, value: k}},
          {header: x-b, on_header_present: {metadata_namespace: ns, key: b64, encode: BASE64}}],
         response_rules: [{header: x-up, on_header_present: {metadata_namespace: ns, key: up}}]}}
        """
            .replace("\\\\", "\\"),
        ALL);

    Reply reply =
        get(
            "/",
            "x-v",
            "V",
            "x-n",
            "12",
            "x-re",
            "abc",
            "cookie",
            "a=1; c=\"2\"",
            "x-c",
            "q",
            "x-b",
            "aGk=");
    assertThat(reply.body()).as("removed").contains("x-v=null");
    get("/", "x-n", "no", "x-b", "***", "x-re", "zzz");
    await().until(() -> mesh.telemetry.lines().size() == 2);
    assertThat(mesh.telemetry.lines().get(0).metadata())
        .isEqualTo(
            Map.of(
                "ns",
                Map.of(
                    "v", "V", "n1", 12.0, "re", "<bc>", "c", "2", "const", "k", "b64", "hi", "up",
                    "1")));
    assertThat(mesh.telemetry.lines().get(1).metadata())
        .isEqualTo(Map.of("ns", Map.of("v", "none", "re", "zzz", "up", "1")));
  }
}
