package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteAction.Forward;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RouteTranslatorTest {
  @Test
  void aServiceAnswersToItsNamesAndInItsNamespaceToTheShortOne() {
    Models models = new Models(Shop.SERVICES);

    assertThat(models.host("shop", "catalog.shop/grpc").domains())
        .containsExactly(
            "catalog",
            "catalog:8080",
            "catalog.shop",
            "catalog.shop:8080",
            "catalog.shop.svc",
            "catalog.shop.svc:8080",
            "catalog.shop.svc.cluster.local",
            "catalog.shop.svc.cluster.local:8080");
    assertThat(models.host("data", "catalog.shop/grpc").domains())
        .contains("catalog.shop")
        .doesNotContain("catalog", "catalog:8080");
  }

  @Test
  void aNameWithoutPortMeansPort80WhereThereIsOne() {
    Models models = new Models(Shop.SERVICES);

    assertThat(models.host("shop", "ledger.shop/web").domains()).contains("ledger", "ledger:80");
    assertThat(models.host("shop", "ledger.shop/http").domains())
        .contains("ledger:8080")
        .doesNotContain("ledger");
  }

  @Test
  void tcpPortsHaveNoVirtualHost() {
    assertThat(new Models(Shop.SERVICES).table("shop").virtualHosts())
        .noneMatch(host -> host.name().startsWith("db.data"));
  }

  @Test
  void withoutRoutesEverythingGoesToThePortItselfWithTheDefaultsOfItsProtocol() {
    Models models = new Models(Shop.SERVICES);

    Forward grpc = forward(only(models.routes("catalog.shop/grpc")));
    assertThat(grpc.target()).isEqualTo(new ClusterTarget.Single("catalog.shop/grpc"));
    assertThat(grpc.timeout()).isZero();
    assertThat(grpc.grpcTimeoutHeaderMax()).isZero();
    assertThat(forward(only(models.routes("ledger.shop/http"))).timeout()).hasSeconds(15);
    var retry = Objects.requireNonNull(models.host("shop", "catalog.shop/grpc").retry());
    assertThat(retry.numRetries()).isEqualTo(2);
    assertThat(retry.retryOn())
        .containsExactlyInAnyOrder(
            RetryOn.CONNECT_FAILURE,
            RetryOn.REFUSED_STREAM,
            RetryOn.RESET_BEFORE_REQUEST,
            RetryOn.GRPC_UNAVAILABLE);
  }

  @Test
  void aGrpcRouteSplitsAndMatchesMethodsAndHeaders() {
    List<Route> routes =
        new Models(
                Shop.SERVICES
                    + """
                    apiVersion: gateway.networking.k8s.io/v1
                    kind: GRPCRoute
                    metadata: {name: catalog, namespace: shop}
                    spec:
                      parentRefs: [{kind: Service, group: "", name: catalog}]
                      rules:
                        - backendRefs:
                            - {name: catalog, port: 8080, weight: 50}
                            - {name: catalog-v2, port: 8080, weight: 50}
                        - matches:
                            - method: {service: weft.shop.v1.Catalog, method: GetProduct}
                              headers: [{name: Version, value: v2}]
                          backendRefs: [{name: catalog-v2, port: 8080}]
                    """)
            .routes("catalog.shop/grpc");

    assertThat(routes).hasSize(2);
    Route exact = routes.get(0);
    assertThat(exact.name()).isEqualTo("grpcroute/shop/catalog/1");
    assertThat(exact.match().path())
        .isEqualTo(new PathMatch.Exact("/weft.shop.v1.Catalog/GetProduct", true));
    assertThat(exact.match().headers()).containsExactly(HeaderMatch.exact("version", "v2"));
    assertThat(exact.match().grpcOnly()).isTrue();
    assertThat(forward(exact).target()).isEqualTo(new ClusterTarget.Single("catalog-v2.shop/grpc"));
    assertThat(forward(routes.get(1)).target())
        .isEqualTo(
            new ClusterTarget.Weighted(
                List.of(
                    new WeightedCluster("catalog.shop/grpc", 50, HeaderMutations.NONE),
                    new WeightedCluster("catalog-v2.shop/grpc", 50, HeaderMutations.NONE))));
  }

  @Test
  void theMostSpecificMatchComesFirstWhateverTheOrderOfRules() {
    List<Route> routes =
        new Models(
                Shop.SERVICES
                    + ledgerRoute(
                        """
                        - matches: [{path: {type: PathPrefix, value: /}}]
                          backendRefs: [{name: ledger, port: 80}]
                        - matches: [{path: {type: PathPrefix, value: /accounts}}]
                          backendRefs: [{name: ledger, port: 80}]
                        - matches: [{path: {type: PathPrefix, value: /accounts}, method: GET}]
                          backendRefs: [{name: ledger, port: 80}]
                        - matches: [{path: {type: Exact, value: /accounts}}]
                          backendRefs: [{name: ledger, port: 80}]
                        - matches: [{path: {type: PathPrefix, value: /accounts}, headers: [{name: a, value: b}]}]
                          backendRefs: [{name: ledger, port: 80}]
                        """))
            .routes("ledger.shop/http");

    assertThat(routes)
        .extracting(Route::name)
        .containsExactly(
            "httproute/shop/ledger/3",
            "httproute/shop/ledger/2",
            "httproute/shop/ledger/4",
            "httproute/shop/ledger/1",
            "httproute/shop/ledger/0");
    assertThat(routes.get(1).match().headers())
        .containsExactly(HeaderMatch.exact(":method", "GET"));
    assertThat(routes.get(3).match().path())
        .isEqualTo(new PathMatch.PathSeparatedPrefix("/accounts", true));
  }

  @Test
  void aRuleMayBoundTheExchangeAndEachTry() {
    Forward forward =
        forward(
            only(
                new Models(
                        Shop.SERVICES
                            + ledgerRoute(
                                """
                                - timeouts: {request: 2s, backendRequest: 500ms}
                                  backendRefs: [{name: ledger, port: 8080}]
                                """))
                    .routes("ledger.shop/http")));

    assertThat(forward.timeout()).hasSeconds(2);
    assertThat(Objects.requireNonNull(forward.retry()).perTryTimeout())
        .isEqualTo(Duration.ofMillis(500));
  }

  @Test
  void withoutRetriesTheBoundOfATryIsThatOfTheExchange() {
    Models models =
        new Models(
            Shop.SERVICES
                + ledgerRoute(
                    """
                    - timeouts: {request: 2s, backendRequest: 500ms}
                      backendRefs: [{name: ledger, port: 8080}]
                    """)
                + """
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: ledger, namespace: shop}
                spec: {targetRef: {kind: Service, name: ledger}, retries: {attempts: 0}}
                """);

    assertThat(forward(only(models.routes("ledger.shop/http"))).timeout())
        .isEqualTo(Duration.ofMillis(500));
    assertThat(models.host("shop", "ledger.shop/http").retry()).isNull();
  }

  @Test
  void filtersChangeHeadersAndTheHost() {
    Route route =
        only(
            new Models(
                    Shop.SERVICES
                        + ledgerRoute(
                            """
                            - filters:
                                - type: RequestHeaderModifier
                                  requestHeaderModifier:
                                    set: [{name: X-Set, value: a}]
                                    add: [{name: X-Add, value: b}]
                                    remove: [X-Gone]
                                - type: URLRewrite
                                  urlRewrite: {hostname: inner.example}
                              backendRefs: [{name: ledger, port: 8080}]
                            """))
                .routes("ledger.shop/http"));

    assertThat(route.headers())
        .isEqualTo(
            new HeaderMutations(
                List.of(
                    new HeaderValue("x-set", "a", Append.OVERWRITE_IF_EXISTS_OR_ADD),
                    new HeaderValue("x-add", "b", Append.APPEND_IF_EXISTS_OR_ADD)),
                List.of("x-gone"),
                List.of(),
                List.of()));
    assertThat(forward(route).rewrite()).isEqualTo(new RouteAction.Rewrite(null, "inner.example"));
  }

  @Test
  void replacingAPrefixByNothingKeepsASlash() {
    List<Route> routes =
        new Models(
                Shop.SERVICES
                    + ledgerRoute(
                        """
                        - matches: [{path: {type: PathPrefix, value: /v1}}]
                          filters:
                            - type: URLRewrite
                              urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /}}
                          backendRefs: [{name: ledger, port: 8080}]
                        """))
            .routes("ledger.shop/http");

    assertThat(routes)
        .extracting(route -> route.match().path())
        .containsExactly(new PathMatch.Exact("/v1", true), new PathMatch.Prefix("/v1/", true));
    assertThat(routes)
        .extracting(route -> Objects.requireNonNull(forward(route).rewrite()).path())
        .containsExactly(new PathRewrite.Prefix("/"), new PathRewrite.Prefix("/"));
  }

  @Test
  void aRedirectNeedsNoBackend() {
    Route route =
        only(
            new Models(
                    Shop.SERVICES
                        + ledgerRoute(
                            """
                            - filters:
                                - type: RequestRedirect
                                  requestRedirect: {scheme: https, port: 8443, statusCode: 301}
                            """))
                .routes("ledger.shop/http"));

    assertThat(route.action())
        .isEqualTo(new RouteAction.Redirect("https", null, 8443, null, null, 301, false));
  }

  @Test
  void instancesWithAndWithoutSidecarShareTrafficByTheirWeights() {
    Models models =
        new Models(
            Shop.SERVICES
                + """
                apiVersion: weft.dev/v1alpha1
                kind: Workload
                metadata: {name: legacy-1, namespace: shop}
                spec: {service: ledger, address: 10.0.0.7, ports: {http: 9000}, weight: 3, sidecar: false}
                """,
            Shop.sidecar("shop", "ledger", "10.0.0.1", "http"));

    assertThat(forward(only(models.routes("ledger.shop/http"))).target())
        .isEqualTo(
            new ClusterTarget.Weighted(
                List.of(
                    new WeightedCluster("ledger.shop/http", 250, HeaderMutations.NONE),
                    new WeightedCluster("ledger.shop/http/plaintext", 750, HeaderMutations.NONE))));
  }

  private static String ledgerRoute(String rules) {
    return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: ledger, namespace: shop}
        spec:
          parentRefs: [{kind: Service, group: "", name: ledger, port: 8080}]
          rules:
        """
        + rules.indent(4);
  }

  private static Route only(List<Route> routes) {
    assertThat(routes).hasSize(1);
    return routes.getFirst();
  }

  private static Forward forward(Route route) {
    return (Forward) route.action();
  }
}
