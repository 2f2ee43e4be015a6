package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.EscapedSlashes;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.LocalRateLimitFilter;
import dev.weft.xds.model.LongStreams;
import dev.weft.xds.model.LongStreamsFilter;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.TcpProxy;
import dev.weft.xds.model.UpgradeConfig;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenerTranslatorTest {
  @Test
  void theInboundListenerHasAChainForEachPortChosenByServerName() {
    Models models = new Models(Shop.SERVICES);
    SidecarNode node = Shop.node("shop", "ledger", Map.of("http", 9001, "web", 9002));

    Listener inbound = Objects.requireNonNull(models.listeners(node).get("inbound"));

    assertThat(inbound.address()).isEqualTo(new SocketAddress("0.0.0.0", 15006));
    assertThat(inbound.tlsInspector()).isTrue();
    assertThat(inbound.filterChains())
        .extracting(chain -> chain.match().serverNames())
        .containsExactly(
            List.of("http.ledger.shop.weft.local"), List.of("web.ledger.shop.weft.local"));
    assertThat(inbound.filterChains())
        .allSatisfy(
            chain ->
                assertThat(Objects.requireNonNull(chain.tls()).requireClientCertificate())
                    .isTrue());
    assertThat(inbound.defaultFilterChain()).isNull();
    assertThat(models.inboundClusters(node))
        .extracting(Cluster::name)
        .containsExactly("inbound/http", "inbound/web");
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1,  10.0.0.7,  10.0.0.7",
    "10.0.0.1,  127.0.0.1, 127.0.0.1",
    "127.0.0.1, 127.0.0.2, 127.0.0.2",
    "10.0.0.1,  0.0.0.0,   0.0.0.0",
    "fd00::1,   ::,        ::",
    "127.0.0.1, 0.0.0.0,   127.0.0.1",
    "::1,       ::,        ::1",
  })
  void theInboundListenerBindsWhatTheSidecarAsksFor(
      String reachedAt, String asked, String expected) {
    SidecarNode any = Shop.node("shop", "ledger", Map.of("http", 9001));
    SidecarNode node =
        new SidecarNode(
            any.id(),
            any.namespace(),
            any.service(),
            reachedAt,
            asked,
            any.inboundPort(),
            any.outboundPort(),
            any.outboundAddress(),
            any.ports(),
            any.labels(),
            any.upstreams(),
            any.transparent());

    Listener inbound =
        Objects.requireNonNull(new Models(Shop.SERVICES).listeners(node).get("inbound"));

    assertThat(inbound.address()).isEqualTo(new SocketAddress(expected, 15006));
  }

  @Test
  void permissiveAcceptsPlaintextBesides() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: AccessPolicy
                metadata: {name: namespace-wide, namespace: shop}
                spec: {mtls: {mode: Strict}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: AccessPolicy
                metadata: {name: ledger, namespace: shop}
                spec: {targetRef: {kind: Service, name: ledger}, mtls: {mode: Permissive}}
                """);

    Listener inbound =
        Objects.requireNonNull(
            models.listeners(Shop.node("shop", "ledger", Map.of("http", 9001))).get("inbound"));
    List<FilterChain> chains = inbound.filterChains();

    // a client in the clear may wait for the server's first word
    assertThat(inbound.continueOnFiltersTimeout()).isTrue();
    assertThat(chains)
        .extracting(FilterChain::name)
        .containsExactly("ledger.shop/http", "plaintext");
    assertThat(chains.getLast().match().transportProtocol()).isEqualTo("raw_buffer");
    assertThat(chains.getLast().tls()).isNull();
    Listener strict =
        Objects.requireNonNull(
            models.listeners(Shop.node("shop", "catalog", Map.of("grpc", 9001))).get("inbound"));
    assertThat(strict.filterChains()).hasSize(1);
    assertThat(strict.continueOnFiltersTimeout()).isFalse();
  }

  @Test
  void theOutboundListenerAsksForItsRoutes() {
    Listener outbound =
        Objects.requireNonNull(
            new Models(Shop.SERVICES)
                .listeners(Shop.node("shop", "storefront", Map.of()))
                .get("outbound"));

    assertThat(outbound.address()).isEqualTo(new SocketAddress("127.0.0.1", 15001));
    HttpConnectionManager http =
        (HttpConnectionManager) outbound.filterChains().getFirst().filter();
    assertThat(http.routes()).isEqualTo(new HttpConnectionManager.Rds("outbound"));
  }

  @Test
  void routesHaveASayInFiltersThatAreAlwaysThere() {
    Models models = new Models(Shop.SERVICES + ledgerPolicy());

    HttpConnectionManager http =
        (HttpConnectionManager)
            Objects.requireNonNull(
                    models.listeners(Shop.node("shop", "storefront", Map.of())).get("outbound"))
                .filterChains()
                .getFirst()
                .filter();
    assertThat(http.filters())
        .extracting(HttpFilterConfig::name)
        .containsExactly("cors", "long_streams", "breaker", "fault");
    assertThat(models.host("shop", "ledger.shop/http").filters())
        .isEqualTo(
            Map.of(
                "fault",
                new FilterOverride.Configure(
                    new Fault(
                        new Fault.Delay(Duration.ofSeconds(2), new Fraction(5, 100)),
                        new Fault.Abort(503, null, new Fraction(1_250, 1_000_000)),
                        "",
                        List.of(HeaderMatch.exact("x-test", "1")),
                        List.of(),
                        9,
                        false))));
    assertThat(models.host("shop", "catalog.shop/grpc").filters()).isEmpty();
  }

  @Test
  void anInstanceTakesAsManyRequestsAsItsPolicySays() {
    Models models = new Models(Shop.SERVICES + ledgerPolicy());

    Listener inbound =
        Objects.requireNonNull(
            models
                .listeners(Shop.node("shop", "ledger", Map.of("http", 9001, "web", 9002)))
                .get("inbound"));
    assertThat(inbound.filterChains())
        .allSatisfy(
            chain ->
                assertThat(((HttpConnectionManager) chain.filter()).filters())
                    .singleElement()
                    .isInstanceOfSatisfying(
                        LocalRateLimitFilter.class,
                        filter -> {
                          assertThat(filter.limit().bucket())
                              .isEqualTo(new LocalRateLimit.Bucket(40, 100, Duration.ofSeconds(1)));
                          assertThat(filter.limit().enforced()).isEqualTo(Fraction.ALWAYS);
                          assertThat(filter.limit().status()).isEqualTo(429);
                        }));
  }

  @Test
  void anInstanceKnowsTheDeadlinesOfItsRequestsWhereItsPolicySaysSo() {
    String budget = ledgerPolicy() + "  timeouts: {budget: true}\n";

    assertThat(deadlines(inbound(new Models(Shop.SERVICES + budget))))
        .isEqualTo(DeadlineBudget.INBOUND);
    assertThat(deadlines(inbound(new Models(Shop.SERVICES + ledgerPolicy())))).isNull();
  }

  private static @Nullable DeadlineBudget deadlines(HttpConnectionManager http) {
    RouteConfig routes = ((HttpConnectionManager.Inline) http.routes()).routeConfig();
    return routes.virtualHosts().getFirst().deadlines();
  }

  @Test
  void anInstanceLetsThroughWhatItsAccessPolicySays() {
    HttpConnectionManager http =
        inbound(
            """
            allow:
              - from: [{service: storefront}, {namespace: ops}]
                to: [{path: {value: /orders/}, methods: [GET, HEAD]}]
            deny: [{to: [{path: {type: Exact, value: /orders/all}, headers: [{name: X-All, value: "1"}]}]}]
            """);

    assertThat(http.filters())
        .containsExactly(
            new RbacFilter(
                "deny",
                new AccessRules(
                    AccessRules.Action.DENY,
                    Map.of(
                        "deny/0",
                        new AccessRules.Policy(
                            List.of(
                                new Permission.And(
                                    List.of(
                                        path(new StringMatch.Exact("/orders/all", false)),
                                        new Permission.Header(HeaderMatch.exact("x-all", "1"))))),
                            List.of(new Principal.Any())))),
                null),
            new RbacFilter(
                "allow",
                new AccessRules(
                    AccessRules.Action.ALLOW,
                    Map.of(
                        "allow/0",
                        new AccessRules.Policy(
                            List.of(
                                new Permission.And(
                                    List.of(
                                        new Permission.Or(
                                            List.of(
                                                path(new StringMatch.Exact("/orders", false)),
                                                path(new StringMatch.Prefix("/orders/", false)))),
                                        new Permission.Or(
                                            List.of(method("GET"), method("HEAD")))))),
                            List.of(
                                new Principal.Authenticated(
                                    new StringMatch.Exact(
                                        "spiffe://weft.local/ns/shop/sa/storefront", false)),
                                new Principal.Authenticated(
                                    new StringMatch.Prefix(
                                        "spiffe://weft.local/ns/ops/sa/", false)))))),
                null));
    assertThat(http.normalizePath()).as("what is compared is what the application gets").isTrue();
    assertThat(http.mergeSlashes()).isTrue();
    assertThat(http.escapedSlashes()).isEqualTo(EscapedSlashes.UNESCAPE_AND_FORWARD);
  }

  @Test
  void withoutRulesNothingLooksAtRequests() {
    HttpConnectionManager http = inbound("");
    HttpConnectionManager nobody = inbound("allow: []");

    assertThat(http.filters()).isEmpty();
    assertThat(http.normalizePath()).isFalse();
    assertThat(nobody.filters())
        .containsExactly(
            new RbacFilter("allow", new AccessRules(AccessRules.Action.ALLOW, Map.of()), null));
    assertThat(nobody.normalizePath()).as("no rule asks for a path").isFalse();
  }

  @Test
  void aServicesOwnAccessPolicyCountsWholly() {
    String namespaceWide =
        """
        apiVersion: weft.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: a-namespace-wide, namespace: shop}
        spec: {mtls: {mode: Permissive}, allow: [{from: [{service: storefront}]}]}
        ---
        """;

    assertThat(inbound(new Models(Shop.SERVICES + namespaceWide + accessPolicy(""))).filters())
        .isEmpty();
    assertThat(inbound(new Models(Shop.SERVICES + namespaceWide.replace("---\n", ""))).filters())
        .hasSize(1);
  }

  private static Permission path(StringMatch path) {
    return new Permission.UrlPath(path);
  }

  private static Permission method(String method) {
    return new Permission.Header(HeaderMatch.exact(":method", method));
  }

  private static HttpConnectionManager inbound(String rules) {
    return inbound(new Models(Shop.SERVICES + accessPolicy(rules)));
  }

  private static HttpConnectionManager inbound(Models models) {
    return (HttpConnectionManager)
        Objects.requireNonNull(
                models.listeners(Shop.node("shop", "ledger", Map.of("http", 9001))).get("inbound"))
            .filterChains()
            .getFirst()
            .filter();
  }

  private static String accessPolicy(String rules) {
    return """
        apiVersion: weft.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: ledger, namespace: shop}
        spec:
          targetRef: {kind: Service, name: ledger}
          mtls: {mode: Strict}
        """
        + rules.indent(2);
  }

  @Test
  void aBreakerIsTheSameForAllRoutesToAPort() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: ledger, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: ledger, port: http}
                  errorRateBreaker:
                    timeout: 0s
                    failurePercent: 25
                    failureStatuses: [503]
                    failureGrpcStatuses: [ABORTED, UNAVAILABLE]
                    fallback: {reply: {status: 200, body: "{}", headers: {Content-Type: application/json}}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: catalog, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: catalog}
                  errorRateBreaker: {maxConcurrent: 200, fallback: {service: {name: ledger, port: 8080}}}
                ---
                """);

    assertThat(models.host("shop", "ledger.shop/http").filters())
        .isEqualTo(
            Map.of(
                "breaker",
                new FilterOverride.Configure(
                    new ErrorRateBreaker(
                        Duration.ZERO,
                        20,
                        Duration.ofSeconds(10),
                        20,
                        25,
                        Duration.ofSeconds(30),
                        new TreeSet<>(Set.of(503)),
                        new TreeSet<>(Set.of(10, 14)),
                        new ErrorRateBreaker.Fallback.Reply(
                            200,
                            "{}",
                            new TreeMap<>(Map.of("content-type", "application/json")),
                            14)))));
    assertThat(models.host("shop", "ledger.shop/web").filters()).isEmpty();
    assertThat(models.host("shop", "catalog.shop/grpc").filters().get("breaker"))
        .isInstanceOfSatisfying(
            FilterOverride.Configure.class,
            configured -> {
              ErrorRateBreaker breaker = (ErrorRateBreaker) configured.config();
              assertThat(breaker.maxConcurrent()).isEqualTo(200);
              assertThat(breaker.timeout()).isEqualTo(Duration.ofMillis(800));
              assertThat(breaker.failureGrpcStatuses())
                  .isEqualTo(ErrorRateBreaker.DEFAULT.failureGrpcStatuses());
              assertThat(breaker.fallback())
                  .isEqualTo(new ErrorRateBreaker.Fallback.Cluster("ledger.shop/http"));
            });
  }

  /** Times are the callers' sidecars' to keep, numbers the instances'. */
  @Test
  void longStreamsAreBoundedOnBothSides() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: ledger, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: ledger}
                  longStreams: {maxPerCaller: 5, serviceIdle: 30s, noticeAfter: 10m, maxDuration: 20m, rebalance: {interval: 9s}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: catalog, namespace: shop}
                spec:
                  targetRef: {kind: Service, name: catalog}
                  longStreams: {maxPerCaller: 7}
                ---
                """);

    assertThat(models.host("shop", "ledger.shop/http").filters())
        .isEqualTo(
            Map.of(
                "long_streams",
                new FilterOverride.Configure(
                    new LongStreams(
                        0,
                        "",
                        Duration.ZERO,
                        Duration.ofSeconds(30),
                        Duration.ofMinutes(10),
                        10,
                        Duration.ofMinutes(20),
                        new LongStreams.Rebalance(10, Duration.ofSeconds(9))))));
    assertThat(models.host("shop", "catalog.shop/grpc").filters()).isEmpty();
    assertThat(inbound(models).filters())
        .contains(
            new LongStreamsFilter(
                "long_streams",
                new LongStreams(
                    5, "", Duration.ZERO, Duration.ZERO, Duration.ZERO, 10, Duration.ZERO, null)));
  }

  private static String ledgerPolicy() {
    return """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: ledger, namespace: shop}
        spec:
          targetRef: {kind: Service, name: ledger}
          faults:
            delay: {duration: 2s, percent: 5}
            abort: {httpStatus: 503, percent: 0.125}
            headers: [{name: X-Test, value: "1"}]
            maxActive: 9
          rateLimit: {requests: 100, per: 1s, burst: 40}
        """;
  }

  @Test
  void webSocketsPassBothSidecars() {
    Map<String, Listener> listeners =
        new Models(Shop.SERVICES).listeners(Shop.node("shop", "ledger", Map.of("http", 9001)));

    assertThat(listeners).containsOnlyKeys("inbound", "outbound");
    assertThat(listeners.values())
        .flatExtracting(Listener::filterChains)
        .extracting(FilterChain::filter)
        .allSatisfy(
            filter -> {
              HttpConnectionManager http = (HttpConnectionManager) filter;
              assertThat(http.upgrades()).containsExactly(UpgradeConfig.WEBSOCKET);
              assertThat(http.allowConnect()).as("between sidecars it is HTTP/2").isTrue();
            });
  }

  @Test
  void anUndeclaredServiceHasNoInboundListenerYet() {
    assertThat(new Models(Shop.SERVICES).listeners(Shop.node("shop", "new", Map.of("http", 9001))))
        .containsOnlyKeys("outbound");
  }

  @Test
  void aDeclaredUpstreamHasAListenerOfItsOwn() {
    Map<String, Listener> listeners =
        new Models(Shop.SERVICES)
            .listeners(
                Shop.node(
                    "shop",
                    "storefront",
                    Map.of(),
                    Map.of(),
                    Map.of("db.data/pg", 5432, "gone.data/pg", 5433)));

    assertThat(listeners).containsOnlyKeys("outbound", "outbound/db.data/pg");
    Listener upstream = Objects.requireNonNull(listeners.get("outbound/db.data/pg"));
    assertThat(upstream.address()).isEqualTo(new SocketAddress("127.0.0.1", 5432));
    assertThat(upstream.filterChains().getFirst().filter()).isInstanceOf(TcpProxy.class);
  }

  @Test
  void aSidecarServesTheServicesThatSelectItToo() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: Service
                metadata: {name: all, namespace: shop}
                spec:
                  ports: [{name: grpc, port: 9090, protocol: grpc}]
                  selector: {app: catalog}
                """);
    SidecarNode node =
        Shop.node("shop", "catalog", Map.of("grpc", 9001), Map.of("app", "catalog"), Map.of());

    assertThat(Objects.requireNonNull(models.listeners(node).get("inbound")).filterChains())
        .extracting(chain -> chain.match().serverNames())
        .containsExactly(
            List.of("grpc.catalog.shop.weft.local"), List.of("grpc.all.shop.weft.local"));
  }
}
