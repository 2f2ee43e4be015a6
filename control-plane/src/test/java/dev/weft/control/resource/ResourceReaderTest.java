package dev.weft.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.resource.HttpRouteResource.Match;
import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.control.resource.HttpRouteResource.PathType;
import dev.weft.control.resource.ServiceResource.Port;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource.Backoff;
import dev.weft.control.resource.TrafficPolicyResource.Balancer;
import dev.weft.control.resource.TrafficPolicyResource.Budget;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.RetryCondition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceReaderTest {
  private final ResourceReader reader = new ResourceReader(new Schemas());

  @Test
  void readsEveryKind() {
    Reading reading =
        reader.read(
            """
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: catalog, namespace: shop, labels: {team: a}}
            spec:
              ports: [{name: grpc, port: 8080, protocol: grpc}]
              selector: {app: catalog}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: Workload
            metadata: {name: legacy-1, namespace: shop}
            spec: {service: catalog, address: 10.0.0.7, ports: {grpc: 9090}, labels: {version: v1}}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: split, namespace: shop}
            spec:
              parentRefs: [{kind: Service, group: "", name: catalog, port: 8080}]
              rules:
                - matches:
                    - {path: {type: PathPrefix, value: /}, headers: [{name: version, value: v2}], method: GET}
                  backendRefs: [{name: catalog, port: 8080, weight: 1}]
                  timeouts: {request: 2s, backendRequest: 500ms}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: {name: catalog, namespace: shop}
            spec:
              parentRefs: [{kind: Service, group: "", name: catalog}]
              rules:
                - matches: [{method: {service: weft.shop.v1.Catalog, method: GetProduct}}]
                  backendRefs: [{name: catalog, port: 8080}]
            ---
            apiVersion: weft.dev/v1alpha1
            kind: TrafficPolicy
            metadata: {name: catalog, namespace: shop}
            spec:
              targetRef: {kind: Service, name: catalog, port: grpc}
              loadBalancing: {policy: LeastRequest}
              timeouts: {connect: 250ms, request: 5s, idle: 1h}
              retries: {attempts: 2, perTryTimeout: 1s, on: [connect-failure, unavailable], backoff: {base: 25ms, max: 250ms}, budget: {percent: 20, minConcurrency: 3}}
              circuitBreaker: {maxConnections: 1024}
              outlierDetection: {consecutiveErrors: 5, interval: 1s, baseEjectionTime: 5s, maxEjectionPercent: 50}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: strict}
            spec: {mtls: {mode: Permissive}}
            ---
            """);

    assertThat(reading.violations()).isEmpty();
    List<Resource> resources =
        reading.documents().stream().map(ResourceDocument::resource).toList();
    assertThat(resources.get(0))
        .isEqualTo(
            new ServiceResource(
                new Metadata("shop", "catalog", Map.of("team", "a"), Map.of()),
                List.of(new Port("grpc", 8080, Protocol.GRPC)),
                Map.of("app", "catalog")));
    assertThat(resources.get(1))
        .isEqualTo(
            new WorkloadResource(
                Metadata.of("shop", "legacy-1"),
                "catalog",
                "10.0.0.7",
                Map.of("grpc", 9090),
                Map.of("version", "v1"),
                1,
                false));
    assertThat(resources.get(2))
        .isEqualTo(
            new HttpRouteResource(
                Metadata.of("shop", "split"),
                List.of(new ServiceRef("shop", "catalog", 8080)),
                List.of(
                    new HttpRouteResource.Rule(
                        null,
                        List.of(
                            new Match(
                                new Path(PathType.PATH_PREFIX, "/"),
                                List.of(new ValueMatch(ValueMatch.Type.EXACT, "version", "v2")),
                                List.of(),
                                "GET")),
                        List.of(),
                        List.of(new BackendRef("shop", "catalog", 8080, 1, List.of())),
                        Duration.ofSeconds(2),
                        Duration.ofMillis(500),
                        null))));
    assertThat(resources.get(3))
        .isInstanceOfSatisfying(
            GrpcRouteResource.class,
            route ->
                assertThat(route.rules().getFirst().matches().getFirst().method())
                    .isEqualTo(
                        new GrpcRouteResource.Method(
                            ValueMatch.Type.EXACT, "weft.shop.v1.Catalog", "GetProduct")));
    assertThat(resources.get(4))
        .isInstanceOfSatisfying(
            TrafficPolicyResource.class,
            policy -> {
              assertThat(policy.loadBalancing())
                  .isEqualTo(LoadBalancing.of(Balancer.LEAST_REQUEST));
              assertThat(policy.retries())
                  .isEqualTo(
                      new Retries(
                          2,
                          Duration.ofSeconds(1),
                          null,
                          false,
                          Set.of(RetryCondition.CONNECT_FAILURE, RetryCondition.UNAVAILABLE),
                          List.of(),
                          List.of(),
                          List.of(),
                          new Backoff(Duration.ofMillis(25), Duration.ofMillis(250)),
                          null,
                          new Budget(20, 3)));
            });
    assertThat(resources.get(5).metadata().namespace()).isEqualTo("default");
    assertThat(reading.documents().get(5).json()).contains("\"namespace\":\"default\"");
  }

  @Test
  void namesEveryViolationByItsPath() {
    Reading reading =
        reader.read(
            """
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: Catalog, colour: red}
            spec:
              ports:
                - {name: http, port: 70000, protocol: http3}
                - {port: "8080", protocol: tcp}
            """);

    assertThat(reading.documents()).isEmpty();
    assertThat(reading.violations())
        .extracting(Violation::path)
        .containsExactlyInAnyOrder(
            "/metadata/name",
            "/metadata/colour",
            "/spec/ports/0/port",
            "/spec/ports/0/protocol",
            "/spec/ports/1/name",
            "/spec/ports/1/port");
    assertThat(reading.violations())
        .filteredOn(v -> v.path().equals("/spec/ports/0/protocol"))
        .extracting(Violation::toString)
        .containsExactly(
            "Service default/Catalog at /spec/ports/0/protocol: is not an allowed value; "
                + "use http, http2, grpc or tcp");
    assertThat(reading.violations())
        .filteredOn(v -> v.path().equals("/metadata/colour"))
        .extracting(Violation::remedy)
        .containsExactly("remove it, or use one of: name, namespace, labels, annotations");
  }

  @Test
  void refusesWhatTheGatewayApiKnowsAndWeftDoesNot() {
    Reading reading =
        reader.read(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r}
            spec:
              hostnames: [a.example]
              parentRefs: [{kind: Gateway, name: edge}]
              rules:
                - retry: {attempts: 3, backOff: 1s}
                  sessionPersistence: {type: Cookie}
                  filters:
                    - {type: ExtensionRef, extensionRef: {}}
                    - {type: URLRewrite, requestRedirect: {scheme: https}}
                  backendRefs: [{name: a, port: 80}]
            """);

    assertThat(reading.violations())
        .extracting(Violation::path)
        .contains(
            "/spec/hostnames",
            "/spec/parentRefs/0/kind",
            "/spec/rules/0/retry/backOff",
            "/spec/rules/0/sessionPersistence",
            "/spec/rules/0/filters/0/extensionRef/name",
            "/spec/rules/0/filters/1",
            "/spec/rules/0/filters/1/urlRewrite");
  }

  @Test
  void checksWhatASchemaCannotSay() {
    Reading reading =
        reader.read(
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: r}
            spec:
              parentRefs: [{kind: Service, name: a}]
              rules:
                - matches:
                    - {path: {type: Exact, value: a//b}}
                    - {path: {type: RegularExpression, value: "(?=x)"}}
                  filters:
                    - {type: URLRewrite, urlRewrite: {path: {type: ReplacePrefixMatch, replacePrefixMatch: /x}}}
                    - {type: RequestHeaderModifier, requestHeaderModifier: {set: [{name: Host, value: x}]}}
                  backendRefs: [{name: a, port: 80, weight: 0}, {name: b, namespace: other, port: 80, weight: 0}]
                  timeouts: {request: 1s, backendRequest: 2s}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: TrafficPolicy
            metadata: {name: p}
            spec:
              targetRef: {kind: Service, name: a}
              timeouts: {connect: 0s}
              retries: {backoff: {base: 2s, max: 1s}}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: s, namespace: weft-system}
            spec: {ports: [{name: a, port: 1, protocol: tcp}, {name: a, port: 1, protocol: tcp}]}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: Workload
            metadata: {name: w}
            spec: {service: s, address: 10.0.0.700, ports: {a: 1}}
            """);

    assertThat(reading.documents()).isEmpty();
    assertThat(reading.violations())
        .extracting(v -> v.subject() + " " + v.path())
        .contains(
            "HTTPRoute default/r /spec/rules/0/matches/0/path/value",
            "HTTPRoute default/r /spec/rules/0/matches/1/path/value",
            "HTTPRoute default/r /spec/rules/0/filters/0/urlRewrite/path",
            "HTTPRoute default/r /spec/rules/0/filters/1/requestHeaderModifier/set/0/name",
            "HTTPRoute default/r /spec/rules/0/backendRefs",
            "HTTPRoute default/r /spec/rules/0/backendRefs/1/namespace",
            "HTTPRoute default/r /spec/rules/0/timeouts/backendRequest",
            "TrafficPolicy default/p /spec/timeouts/connect",
            "TrafficPolicy default/p /spec/retries/backoff/max",
            "Service weft-system/s /metadata/namespace",
            "Service weft-system/s /spec/ports/1/name",
            "Service weft-system/s /spec/ports/1/port",
            "Workload default/w /spec/address");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "a: [1, 2                      | is not well-formed YAML at line",
        "a: &x [1]\\nb: *x             | aliases (*name) are not accepted",
        "kind: Service\\nkind: Service | Duplicate field 'kind'",
        "\"\\u0000\": [\\t             | is not well-formed YAML at line",
        "!!java.net.URL [x]            | is no object",
        "just text                     | is no object",
        "[1, 2]                        | is no object",
        "a: 1                          | is missing",
        "kind: Sevice                  | is not a kind weft knows",
        "kind: [Service]               | is not a kind weft knows",
      })
  void malformedTextsAreViolationsThatSayWhere(String text, String problem) {
    Reading reading = reader.read(text.replace("\\n", "\n").replace("\\t", "\t"));

    assertThat(reading.documents()).isEmpty();
    assertThat(reading.violations()).singleElement().asString().contains(problem);
  }

  @Test
  void bombsAreRefusedWithoutBeingExpanded() {
    String laughs = "a: &a [x,x]\n" + "b: &b [*a,*a]\nc: &c [*b,*b]\n";
    String deep = "[".repeat(100_000);
    String huge = "a: " + "x".repeat(DocumentText.MAX_LENGTH);
    String many = "--- {}\n".repeat(DocumentText.MAX_DOCUMENTS + 1);

    for (String bomb : List.of(laughs, deep, huge, many)) {
      Reading reading = reader.read(bomb);
      assertThat(reading.documents()).isEmpty();
      assertThat(reading.violations()).hasSize(1);
    }
  }

  @Test
  void theSameResourceTwiceIsRefused() {
    String policy =
        """
        apiVersion: weft.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: p}
        spec: {mtls: {mode: Strict}}
        ---
        """;

    assertThat(reader.read(policy + policy).violations())
        .extracting(Violation::toString)
        .containsExactly(
            "AccessPolicy default/p at /metadata/name: is in document 1 and in document 2; "
                + "keep one of them");
  }

  @Test
  void whatWasStoredReadsBackAsItWas() {
    Reading reading =
        reader.read(
            """
            apiVersion: weft.dev/v1alpha1
            kind: AccessPolicy
            metadata: {name: p, annotations: {"a": "\\u0000\\u2028\\ud83d\\ude00"}}
            spec: {mtls: {mode: Strict}, targetRef: {kind: Service, name: s}}
            """);
    assertThat(reading.violations()).isEmpty();
    ResourceDocument document = reading.documents().getFirst();

    assertThat(reader.stored(Kind.ACCESS_POLICY, document.json())).isEqualTo(document);
  }
}
