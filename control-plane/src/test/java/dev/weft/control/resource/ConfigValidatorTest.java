package dev.weft.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigValidatorTest {
  private final ResourceReader reader = new ResourceReader(new Schemas());

  private static final String SERVICES =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: a}
      spec: {ports: [{name: http, port: 80, protocol: http}, {name: grpc, port: 81, protocol: grpc}, {name: db, port: 5432, protocol: tcp}]}
      ---
      """;

  @Test
  void aConfigurationThatHoldsTogetherIsAccepted() {
    assertThat(
            validate(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: one}
                spec: {parentRefs: [{kind: Service, name: a, port: 80}], rules: [{backendRefs: [{name: a, port: 80}]}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: two}
                spec: {parentRefs: [{kind: Service, name: a, port: 80}], rules: [{backendRefs: [{name: a, port: 80}]}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: one}
                spec: {parentRefs: [{kind: Service, name: a, port: 81}], rules: [{backendRefs: [{name: a, port: 81}]}]}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: all}
                spec: {targetRef: {kind: Service, name: a}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: port}
                spec: {targetRef: {kind: Service, name: a, port: grpc}}
                """))
        .isEmpty();
  }

  @Test
  void everyReferenceMustLeadSomewhere() {
    assertThat(
            validate(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r}
                spec:
                  parentRefs: [{kind: Service, name: nobody}, {kind: Service, name: a, port: 5432}]
                  rules: [{backendRefs: [{name: a, port: 82}, {name: gone, port: 80}, {name: a, port: 5432}]}]
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: t}
                spec: {targetRef: {kind: Service, name: a, port: nope}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: AccessPolicy
                metadata: {name: t}
                spec: {targetRef: {kind: Service, name: nobody}, mtls: {mode: Strict}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: Workload
                metadata: {name: w}
                spec: {service: a, address: "::1", ports: {nope: 1}}
                """))
        .containsExactlyInAnyOrder(
            "HTTPRoute default/r /spec/parentRefs/0/name",
            "HTTPRoute default/r /spec/parentRefs/1",
            "HTTPRoute default/r /spec/rules/0/backendRefs/0/port",
            "HTTPRoute default/r /spec/rules/0/backendRefs/1/name",
            "HTTPRoute default/r /spec/rules/0/backendRefs/2/port",
            "TrafficPolicy default/t /spec/targetRef/port",
            "AccessPolicy default/t /spec/targetRef/name",
            "Workload default/w /spec/ports/nope");
  }

  @Test
  void twoPoliciesOfATargetAndTwoKindsOfRouteOnAPortConflict() {
    assertThat(
            validate(
                """
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: one}
                spec: {targetRef: {kind: Service, name: a}}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: two}
                spec: {targetRef: {kind: Service, name: a}}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: GRPCRoute
                metadata: {name: g}
                spec: {parentRefs: [{kind: Service, name: a}], rules: [{backendRefs: [{name: a, port: 81}]}]}
                ---
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: h}
                spec: {parentRefs: [{kind: Service, name: a, port: 81}], rules: [{backendRefs: [{name: a, port: 80}]}]}
                """))
        .containsExactlyInAnyOrder(
            "TrafficPolicy default/two /spec/targetRef", "HTTPRoute default/h /spec/parentRefs/0");
  }

  @Test
  void aMirrorHasToLeadSomewhereThatSpeaksTheSame() {
    assertThat(
            validate(
                """
                apiVersion: gateway.networking.k8s.io/v1
                kind: HTTPRoute
                metadata: {name: r}
                spec:
                  parentRefs: [{kind: Service, name: a, port: 80}]
                  rules:
                    - filters:
                        - {type: RequestMirror, requestMirror: {backendRef: {name: a, port: 81}}}
                        - {type: RequestMirror, requestMirror: {backendRef: {name: a, port: 5432}}}
                        - {type: RequestMirror, requestMirror: {backendRef: {name: gone, port: 80}}}
                      backendRefs: [{name: a, port: 80}]
                """))
        .containsExactlyInAnyOrder(
            "HTTPRoute default/r /spec/rules/0/filters/1/requestMirror/backendRef/port",
            "HTTPRoute default/r /spec/rules/0/filters/2/requestMirror/backendRef/name");
  }

  @Test
  void aParentMayNameAPortByItsName() {
    String route =
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r}
        spec: {parentRefs: [{kind: Service, name: a, %s}], rules: [{backendRefs: [{name: a, port: 80}]}]}
        """;

    assertThat(validate(route.formatted("sectionName: http"))).isEmpty();
    assertThat(validate(route.formatted("sectionName: http, port: 80"))).isEmpty();
    assertThat(validate(route.formatted("sectionName: nope")))
        .containsExactly("HTTPRoute default/r /spec/parentRefs/0/sectionName");
    assertThat(validate(route.formatted("sectionName: http, port: 81")))
        .containsExactly("HTTPRoute default/r /spec/parentRefs/0/sectionName");
    assertThat(validate(route.formatted("sectionName: db")))
        .containsExactly("HTTPRoute default/r /spec/parentRefs/0");
  }

  @Test
  void whatIsForRequestsNeedsAPortThatHasThem() {
    assertThat(
            validate(
                """
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: db}
                spec:
                  targetRef: {kind: Service, name: a, port: db}
                  loadBalancing: {policy: Maglev, hash: {on: [{header: x-user}]}}
                  errorRateBreaker: {}
                  faults: {abort: {httpStatus: 503}}
                  rateLimit: {requests: 1, per: 1s}
                ---
                apiVersion: weft.dev/v1alpha1
                kind: TrafficPolicy
                metadata: {name: all}
                spec: {targetRef: {kind: Service, name: a}, faults: {abort: {httpStatus: 503}}}
                """))
        .containsExactlyInAnyOrder(
            "TrafficPolicy default/db /spec/loadBalancing/hash",
            "TrafficPolicy default/db /spec/errorRateBreaker",
            "TrafficPolicy default/db /spec/faults",
            "TrafficPolicy default/db /spec/rateLimit");
  }

  @Test
  void aFallbackIsAPortThatIsThere() {
    String policy =
        """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: t}
        spec:
          targetRef: {kind: Service, name: a}
          errorRateBreaker: {fallback: {service: {name: %s, port: %d}}}
        """;

    assertThat(validate(policy.formatted("nobody", 80)))
        .containsExactly("TrafficPolicy default/t /spec/errorRateBreaker/fallback/service/name");
    assertThat(validate(policy.formatted("a", 1)))
        .containsExactly("TrafficPolicy default/t /spec/errorRateBreaker/fallback/service/port");
  }

  @Test
  void backendsOfARuleArePlacedByTheSameKeys() {
    String policies =
        """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: http}
        spec: {targetRef: {kind: Service, name: a, port: http}, loadBalancing: {policy: Maglev, hash: {on: [{header: x-user}]}}}
        ---
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: all}
        spec: {targetRef: {kind: Service, name: a}, loadBalancing: {policy: RingHash, hash: {on: [{header: %s}]}}}
        ---
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r}
        spec:
          parentRefs: [{kind: Service, name: a, port: 80}]
          rules: [{backendRefs: [{name: a, port: 80}, {name: a, port: 81}]}]
        """;

    assertThat(validate(policies.formatted("x-user"))).isEmpty();
    assertThat(validate(policies.formatted("x-other")))
        .containsExactly("HTTPRoute default/r /spec/rules/0/backendRefs/1");
  }

  private List<String> validate(String yaml) {
    Reading reading = reader.read(SERVICES + yaml);
    assertThat(reading.violations()).isEmpty();
    return ConfigValidator.validate(
            reading.documents().stream().map(ResourceDocument::resource).toList())
        .stream()
        .map(v -> v.subject() + " " + v.path())
        .toList();
  }
}
