package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.http;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Action;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Policy;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.StringMatch;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may do what: by identity, path and header, before anything reaches an endpoint. */
class AccessTest {
  private static final String SHOP = "spiffe://weft.local/ns/shop/sa/";
  private static final Permission EVERYTHING = new Permission.Any();
  private static final Principal EVERYBODY = new Principal.Any();

  private final Mesh server = new Mesh();
  private Backend application;

  @BeforeEach
  void start() {
    application = Backend.named(server.outside, "application");
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static AccessRules rules(Action action, Permission permission, Principal principal) {
    return new AccessRules(
        action, Map.of("the rule", new Policy(List.of(permission), List.of(principal))));
  }

  private static HttpConnectionManagerBuilder guarded(AccessRules rules) {
    return HttpConnectionManagerBuilder.builder(manager("in", "routes"))
        .filters(List.of(new RbacFilter("rbac", rules, null)));
  }

  private int serve(HttpConnectionManager manager) {
    server.apply(
        config(
            List.of(listener("in", List.of(), chain("", ChainMatch.ANY, null, manager))),
            all("app"),
            cluster("app", UpstreamProtocol.HTTP1, application.port())));
    return server.port();
  }

  private int get(Client client, String path, Map<String, String> headers) {
    return client.get(server.port(), path, headers).status();
  }

  private static StringMatch exact(String value) {
    return new StringMatch.Exact(value, false);
  }

  @ParameterizedTest
  @CsvSource({"storefront, 200", "ledger, 403"})
  void anIdentityIsWhatTheCertificateSays(String service, int status) {
    TestCa ca = new TestCa("mesh root");
    Tls.identify(server.secrets, ca.workload("shop", "cart"), ca);
    AccessRules rules =
        rules(Action.ALLOW, EVERYTHING, new Principal.Authenticated(exact(SHOP + "storefront")));
    server.apply(
        config(
            List.of(
                listener(
                    "in",
                    List.of(),
                    chain("", ChainMatch.ANY, Tls.downstream("h2"), guarded(rules).build()))),
            all("app"),
            cluster("app", UpstreamProtocol.HTTP1, application.port())));
    try (Mesh client = new Mesh()) {
      Tls.identify(client.secrets, ca.workload("shop", service), ca);
      client.apply(
          config(
              List.of(http("in", "routes")),
              all("cart"),
              new ClusterConfig(
                  cluster(
                      "cart",
                      UpstreamProtocol.HTTP2,
                      Tls.upstream(SHOP + "cart", "cart.shop", "h2"),
                      Thresholds.DEFAULTS,
                      null),
                  endpoints("cart", server.port()))));

      assertThat(client.h1.get(client.port(), "/").status()).isEqualTo(status);
    }
    assertThat(
            server.telemetry.count("http.in.rbac.allowed")
                + server.telemetry.count("http.in.rbac.denied"))
        .isEqualTo(1);
  }

  @Test
  void whoShowsNoCertificateIsNobody() {
    serve(guarded(rules(Action.ALLOW, EVERYTHING, new Principal.Authenticated(null))).build());

    Client.Reply reply = server.h1.get(server.port(), "/");
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body()).isEqualTo("RBAC: access denied");
    await().until(() -> !server.telemetry.lines().isEmpty());
    assertThat(server.telemetry.lines().getFirst().details())
        .isEqualTo("rbac_access_denied_matched_policy[none]");
  }

  @Test
  void aRefusalNamesThePolicyAndReachesNoEndpoint() {
    serve(guarded(rules(Action.DENY, EVERYTHING, EVERYBODY)).build());

    assertThat(get(server.h2, "/", Map.of())).isEqualTo(403);
    await().until(() -> !server.telemetry.lines().isEmpty());
    assertThat(server.telemetry.lines().getFirst().details())
        .isEqualTo("rbac_access_denied_matched_policy[the_rule]");
    assertThat(server.telemetry.lines().getFirst().attempts()).isZero();
  }

  @Test
  void aRefusalToGrpcIsAGrpcStatus() {
    serve(guarded(rules(Action.DENY, EVERYTHING, EVERYBODY)).build());

    Client.Reply reply =
        Client.await(
            server.h2.start(
                server.port(),
                HttpMethod.POST,
                "/shop.Cart/Get",
                Map.of("content-type", "application/grpc"),
                "x"));
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.headers().get("grpc-status")).isEqualTo("7");
  }

  /** H66: policy and route see one form of the path. */
  @ParameterizedTest
  @ValueSource(
      strings = {"/admin", "//admin", "/%61dmin", "/x/../admin", "/./admin", "/admin?x=/public"})
  void h66NoOtherFormOfAPathGetsPastAPolicy(String path) {
    serve(
        guarded(rules(Action.DENY, new Permission.UrlPath(exact("/admin")), EVERYBODY))
            .normalizePath(true)
            .mergeSlashes(true)
            .build());

    assertThat(get(server.h1, path, Map.of())).isEqualTo(403);
    assertThat(get(server.h2, path, Map.of())).isEqualTo(403);
    assertThat(get(server.h1, "/administration", Map.of())).isEqualTo(200);
  }

  @Test
  void methodsAndHeadersCount() {
    Permission read =
        new Permission.And(
            List.of(
                new Permission.Header(HeaderMatch.exact(":method", "GET")),
                new Permission.Not(new Permission.Header(HeaderMatch.exact("x-role", "guest")))));
    serve(guarded(rules(Action.ALLOW, read, EVERYBODY)).build());

    assertThat(get(server.h1, "/", Map.of("x-role", "staff"))).isEqualTo(200);
    assertThat(get(server.h1, "/", Map.of("x-role", "guest"))).isEqualTo(403);
  }

  @Test
  void theClientsAddressIsTheOneThatATrustedProxyTold() {
    Principal office = new Principal.RemoteIp(new CidrRange("192.0.2.0", 24));
    AccessRules rules = rules(Action.ALLOW, EVERYTHING, office);
    Map<String, String> spoofed = Map.of("x-forwarded-for", "192.0.2.1, 198.51.100.9");
    Map<String, String> told = Map.of("x-forwarded-for", "198.51.100.9, 192.0.2.1");

    serve(guarded(rules).build());
    assertThat(get(server.h1, "/", told)).isEqualTo(200);
    assertThat(get(server.h1, "/", spoofed)).isEqualTo(403);
    assertThat(get(server.h1, "/", Map.of())).isEqualTo(403);
    assertThat(get(server.h1, "/", Map.of("x-forwarded-for", "192.0.2.1x"))).isEqualTo(403);

    serve(guarded(rules).useRemoteAddress(true).build());
    assertThat(get(server.h1, "/", told)).as("nobody in front is trusted").isEqualTo(403);

    serve(guarded(rules).useRemoteAddress(true).xffNumTrustedHops(1).build());
    assertThat(get(server.h1, "/", told)).isEqualTo(200);
    assertThat(get(server.h1, "/", spoofed)).isEqualTo(403);
  }

  @Test
  void ofSeveralLinesTheLastIsTheNearestProxys() throws IOException {
    Principal office = new Principal.RemoteIp(new CidrRange("192.0.2.0", 24));
    serve(guarded(rules(Action.ALLOW, EVERYTHING, office)).build());

    String office1 = "X-Forwarded-For: 192.0.2.1\r\n";
    String elsewhere = "X-Forwarded-For: 198.51.100.9\r\n";
    assertThat(raw(elsewhere + office1)).startsWith("HTTP/1.1 200 ");
    assertThat(raw(office1 + elsewhere)).as("claimed by the client").startsWith("HTTP/1.1 403 ");
  }

  private String raw(String lines) throws IOException {
    try (RawClient client = new RawClient(server.port())) {
      return client.send("GET / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n").readUntil("\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aChangedPolicyHoldsForTheNextRequestOfAnOpenConnection(boolean http2) {
    Client client = http2 ? server.h2 : new Client(server.outside, new HttpClientOptions(), 1);
    AccessRules open = rules(Action.ALLOW, EVERYTHING, EVERYBODY);
    serve(guarded(open).build());
    assertThat(get(client, "/", Map.of())).isEqualTo(200);

    serve(guarded(rules(Action.DENY, EVERYTHING, EVERYBODY)).build());
    assertThat(get(client, "/", Map.of())).isEqualTo(403);
    serve(guarded(open).build());
    assertThat(get(client, "/", Map.of())).isEqualTo(200);

    assertThat(server.telemetry.calls("http/in/connectionOpened")).isEqualTo(1);
  }

  @Test
  void shadowRulesOnlyCount() {
    HttpConnectionManager manager =
        HttpConnectionManagerBuilder.builder(manager("in", "routes"))
            .filters(
                List.of(new RbacFilter("rbac", null, rules(Action.DENY, EVERYTHING, EVERYBODY))))
            .build();
    serve(manager);

    assertThat(get(server.h1, "/", Map.of())).isEqualTo(200);
    assertThat(server.telemetry.count("http.in.rbac.shadow_denied")).isEqualTo(1);
    assertThat(server.telemetry.count("http.in.rbac.allowed")).isZero();
  }
}
