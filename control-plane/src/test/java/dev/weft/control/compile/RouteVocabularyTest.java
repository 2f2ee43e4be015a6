package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.model.CorsPolicy;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HedgePolicy;
import dev.weft.xds.model.InternalRedirectPolicy;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.Rewrite;
import dev.weft.xds.model.StringMatch;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What rules and policies say of routes, as the proxy is told it. */
class RouteVocabularyTest {
  @Test
  void copiesGoToTheMirrorsOfARule() {
    Forward forward =
        forward(
            ledger(
                """
                filters:
                  - {type: RequestMirror, requestMirror: {backendRef: {name: ledger, port: 80}}}
                  - {type: RequestMirror, requestMirror: {backendRef: {name: ledger, port: 80}, percent: 5}}
                  - {type: RequestMirror, requestMirror: {backendRef: {name: ledger, port: 80}, percent: 0}}
                  - {type: RequestMirror, requestMirror: {backendRef: {name: ledger, port: 80}, fraction: {numerator: 1, denominator: 8}}}
                """));

    assertThat(forward.mirrors())
        .containsExactly(
            new Mirror("ledger.shop/web", false, null, false),
            new Mirror("ledger.shop/web", false, new Fraction(5, 100), false),
            new Mirror("ledger.shop/web", false, new Fraction(125_000, 1_000_000), false));
  }

  @Test
  void copiesGoToInstancesWithoutSidecarOnlyWhereThereAreNoOthers() {
    String route =
        ledger(
            "filters: [{type: RequestMirror, requestMirror: {backendRef: {name: ledger, port: 80}}}]");
    String legacy =
        """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: Workload
        metadata: {name: legacy-1, namespace: shop}
        spec: {service: ledger, address: 10.0.0.7, ports: {web: 9000}, sidecar: false}
        """;

    assertThat(forward(route + legacy).mirrors())
        .extracting(Mirror::cluster)
        .containsExactly("ledger.shop/web/plaintext");
    Models both =
        new Models(
            Shop.SERVICES + route + legacy, Shop.sidecar("shop", "ledger", "10.0.0.1", "web"));
    assertThat(((Forward) only(both.routes("ledger.shop/http")).action()).mirrors())
        .extracting(Mirror::cluster)
        .containsExactly("ledger.shop/web");
  }

  @Test
  void aCallIsMirroredToo() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: catalog, namespace: shop}
                spec:
                  parentRefs: [{kind: Service, group: "", name: catalog}]
                  rules:
                    - filters: [{type: RequestMirror, requestMirror: {backendRef: {name: catalog-v2, port: 8080}}}]
                      backendRefs: [{name: catalog, port: 8080}]
                """);

    assertThat(((Forward) only(models.routes("catalog.shop/grpc")).action()).mirrors())
        .extracting(Mirror::cluster)
        .containsExactly("catalog-v2.shop/grpc");
  }

  @Test
  void theWholePathIsReplacedWhateverMatchedIt() {
    Forward forward =
        forward(
            ledger(
                """
                filters:
                  - {type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: '/a\\1'}}}
                """));

    var path = Objects.requireNonNull(Objects.requireNonNull(forward.rewrite()).path());
    RegexReplacer rewrite = RegexReplacer.compile(((PathRewrite.Regex) path).rewrite());
    assertThat(rewrite.apply("/shop/x")).isEqualTo("/a\\1");
    assertThat(rewrite.apply("/")).isEqualTo("/a\\1");
  }

  @Test
  void aRedirectToNoPathIsOneToTheRoot() {
    Models models =
        new Models(
            Shop.SERVICES
                + route(
                    """
                    filters:
                      - {type: RequestRedirect, requestRedirect: {path: {type: ReplaceFullPath, replaceFullPath: ''}}}
                    """));

    assertThat(only(models.routes("ledger.shop/http")).action())
        .isEqualTo(new RouteAction.Redirect(null, null, null, "/", null, 302, false));
  }

  @Test
  void aPolicySaysWhichRedirectsTheSidecarFollows() {
    assertThat(forward(ledger("") + policy("redirects: {}")).redirects())
        .isEqualTo(new InternalRedirectPolicy(1, Set.of(302), List.of(), false, List.of()));
    assertThat(
            forward(
                    ledger("")
                        + policy(
                            "redirects: {max: 3, statusCodes: [307, 308], copyHeaders: [X-Token]}"))
                .redirects())
        .isEqualTo(
            new InternalRedirectPolicy(3, Set.of(307, 308), List.of(), false, List.of("x-token")));
  }

  @Test
  void aRuleSaysWhichAnswersAreWorthAnotherTry() {
    RetryPolicy retry =
        Objects.requireNonNull(
            forward(
                    ledger("retry: {codes: [503, 418], attempts: 4}")
                        + policy("retries: {attempts: 1, backoff: {base: 1s, max: 2s}}"))
                .retry());

    assertThat(retry.retryOn())
        .containsExactlyInAnyOrder(
            RetryOn.CONNECT_FAILURE,
            RetryOn.REFUSED_STREAM,
            RetryOn.RESET,
            RetryOn.RESET_BEFORE_REQUEST,
            RetryOn.RETRIABLE_STATUS_CODES);
    assertThat(retry.retriableStatusCodes()).containsExactly(503, 418);
    assertThat(retry.numRetries()).isEqualTo(4);
    assertThat(retry.backoffBase()).as("the policy's").hasSeconds(1);
  }

  @Test
  void aRuleMayTryAgainWhatItsPolicyDoesNotAndTheOtherWayRound() {
    RetryPolicy again =
        forward(ledger("retry: {codes: [503]}") + policy("retries: {attempts: 0}")).retry();
    Forward never =
        forward(ledger("retry: {attempts: 0}\ntimeouts: {request: 3s, backendRequest: 1s}"));

    assertThat(Objects.requireNonNull(again).numRetries()).isEqualTo(2);
    assertThat(Objects.requireNonNull(never.retry()).numRetries()).isZero();
    assertThat(never.timeout()).as("of the only try").hasSeconds(1);
  }

  @Test
  void aRuleMaySayHowLongToWait() {
    RetryPolicy retry =
        Objects.requireNonNull(
            forward(
                    ledger("retry: {codes: [503], backoff: 200ms}")
                        + policy("retries: {backoff: {base: 1s, max: 2s}}"))
                .retry());

    assertThat(retry.backoffBase()).hasMillis(200);
    assertThat(retry.backoffMax()).as("ten times that, as Envoy's").hasSeconds(2);
    assertThat(retry.numRetries()).as("the policy's").isEqualTo(2);
  }

  @Test
  void aRuleMayAnswerByItself() {
    Route route =
        only(
            new Models(
                    Shop.SERVICES
                        + filter(
                            "directResponse: {statusCode: 503, contentType: text/html, body: {type: Inline, inline: 100 %}}")
                        + route(REFERS))
                .routes("ledger.shop/http"));

    assertThat(route.action()).isEqualTo(new RouteAction.DirectResponse(503, "100 %"));
    assertThat(route.headers().responseAdd())
        .containsExactly(
            new HeaderMutations.HeaderValue(
                "content-type", "text/html", HeaderMutations.Append.OVERWRITE_IF_EXISTS_OR_ADD));
  }

  @Test
  void aRuleMayRewriteByAnExpression() {
    Rewrite rewrite =
        forward(
                filter(
                        "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '^/v[0-9]+/', substitution: /}}}")
                    + ledger(REFERS))
            .rewrite();

    assertThat(rewrite)
        .isEqualTo(
            new Rewrite(new PathRewrite.Regex(new RegexRewrite("^/v[0-9]+/", "/")), null, false));
  }

  private static final String REFERS =
      "filters: [{type: ExtensionRef, extensionRef: {group: weft.dev, kind: HTTPRouteFilter, name: f}}]\n";

  private static String filter(String spec) {
    return """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: HTTPRouteFilter
        metadata: {name: f, namespace: shop}
        spec: {%s}
        """
        .formatted(spec);
  }

  @Test
  void corsIsAPolicyOfTheRoutesOfARule() {
    Route route =
        only(
            new Models(
                    Shop.SERVICES
                        + ledger(
                            """
                            filters:
                              - type: CORS
                                cors:
                                  allowOrigins: ["https://shop.example", "http://*.shop.example:8080"]
                                  allowCredentials: true
                                  allowMethods: [PUT, DELETE]
                                  allowHeaders: [x-user]
                                  exposeHeaders: [x-total, x-page]
                            """))
                .routes("ledger.shop/http"));

    assertThat(route.filters())
        .containsEntry(
            "cors",
            new FilterOverride.Configure(
                new CorsPolicy(
                    List.of(
                        new StringMatch.Exact("https://shop.example", true),
                        new StringMatch.Regex("(?i)http://[^/:]+\\.shop\\.example:8080")),
                    "PUT,DELETE",
                    "x-user",
                    "x-total,x-page",
                    "5",
                    true,
                    false,
                    false,
                    Fraction.ALWAYS,
                    Fraction.NEVER)));
  }

  @Test
  void corsStaysWhereAPrefixRewriteSplitsARoute() {
    Models models =
        new Models(
            Shop.SERVICES
                + ledger(
                    """
                    matches: [{path: {type: PathPrefix, value: /v1}}]
                    filters:
                      - {type: CORS, cors: {allowOrigins: ["*"]}}
                      - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}}
                    """));

    assertThat(models.routes("ledger.shop/http"))
        .hasSize(2)
        .allSatisfy(route -> assertThat(route.filters()).containsKey("cors"));
    assertThat(models.routes("ledger.shop/http").getFirst().match().path())
        .isEqualTo(new PathMatch.Exact("/v1", true));
  }

  @Test
  void aPolicySaysWhatIsTriedAgain() {
    RetryPolicy retry =
        Objects.requireNonNull(
            new Models(
                    Shop.SERVICES
                        + policy(
                            """
                            retries:
                              attempts: 3
                              perTryIdleTimeout: 1s
                              statusCodes: [418]
                              responseHeaders: [{name: X-Again, value: please}]
                              methods: [GET, PUT]
                              rateLimitedBackoff: {headers: [{name: Retry-After}, {name: x-reset, format: UnixTimestamp}]}
                            """))
                .host("shop", "ledger.shop/http")
                .retry());

    assertThat(retry.retryOn())
        .contains(
            RetryOn.CONNECT_FAILURE, RetryOn.RETRIABLE_STATUS_CODES, RetryOn.RETRIABLE_HEADERS);
    assertThat(retry.perTryIdleTimeout()).hasSeconds(1);
    assertThat(retry.retriableHeaders()).containsExactly(HeaderMatch.exact("x-again", "please"));
    assertThat(retry.retriableRequestHeaders())
        .containsExactly(HeaderMatch.exact(":method", "GET"), HeaderMatch.exact(":method", "PUT"));
    assertThat(retry.rateLimited())
        .isEqualTo(
            new RetryPolicy.RateLimitedBackoff(
                List.of(
                    new RetryPolicy.ResetHeader("retry-after", false),
                    new RetryPolicy.ResetHeader("x-reset", true)),
                Duration.ofMinutes(5)));
  }

  @Test
  void aPolicyLetsTriesGoOnBesideEachOther() {
    String hedged = policy("retries: {perTryTimeout: 1s, hedge: true}");

    assertThat(new Models(Shop.SERVICES + hedged).host("shop", "ledger.shop/http").hedge())
        .isEqualTo(new HedgePolicy(true));
    assertThat(new Models(Shop.SERVICES).host("shop", "ledger.shop/http").hedge()).isNull();
  }

  @Test
  void aPolicyHasTheTimeOfRequestsGetLessFromHopToHop() {
    String budget = policy("timeouts: {request: 800ms, budget: true}");

    assertThat(new Models(Shop.SERVICES + budget).host("shop", "ledger.shop/http").deadlines())
        .isEqualTo(DeadlineBudget.OUTBOUND);
    assertThat(new Models(Shop.SERVICES).host("shop", "ledger.shop/http").deadlines()).isNull();
  }

  @Test
  void routesHashWhatTheirBackendsArePlacedBy() {
    String maglev =
        policy(
            "loadBalancing: {policy: Maglev, hash: {on: [{header: X-User}, {cookie: {name: s, ttl: 0s, path: /}}, {queryParam: u}]}}");
    List<HashPolicy> keys =
        List.of(
            new HashPolicy.Header("x-user", null, true),
            new HashPolicy.Cookie("s", Duration.ZERO, "/", List.of(), true),
            new HashPolicy.QueryParameter("u", true));

    assertThat(forward(maglev).balance().hashPolicies()).isEqualTo(keys);
    assertThat(forward(ledger("name: named") + maglev).balance().hashPolicies()).isEqualTo(keys);
  }

  @Test
  void aRouteIsForThePortThatItsParentNames() {
    Models models =
        new Models(
            Shop.SERVICES
                + ledger("name: named")
                    .replace(
                        "name: ledger, port: 8080}]\n  rules",
                        "name: ledger, sectionName: web}]\n  rules"));

    assertThat(only(models.routes("ledger.shop/web")).name())
        .isEqualTo("httproute/shop/ledger/named");
    assertThat(only(models.routes("ledger.shop/http")).name()).isEmpty();
  }

  @Test
  void streamsMayHaveAnEnd() {
    assertThat(forward(policy("timeouts: {maxStreamDuration: 30m}")).maxStreamDuration())
        .isEqualTo(Duration.ofMinutes(30));
    assertThat(forward(policy("timeouts: {maxStreamDuration: 0s}")).maxStreamDuration()).isNull();
  }

  private static String policy(String sections) {
    return """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: ledger, namespace: shop}
        spec:
          targetRef: {kind: Service, name: ledger}
        """
        + sections.indent(2);
  }

  private static String ledger(String rule) {
    return route(rule) + "      backendRefs: [{name: ledger, port: 8080}]\n";
  }

  private static String route(String rule) {
    return """
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: ledger, namespace: shop}
        spec:
          parentRefs: [{kind: Service, group: "", name: ledger, port: 8080}]
          rules:
            -
        """
        + rule.indent(6);
  }

  private static Forward forward(String yaml) {
    return (Forward) only(new Models(Shop.SERVICES + yaml).routes("ledger.shop/http")).action();
  }

  private static Route only(List<Route> routes) {
    assertThat(routes).hasSize(1);
    return routes.getFirst();
  }
}
