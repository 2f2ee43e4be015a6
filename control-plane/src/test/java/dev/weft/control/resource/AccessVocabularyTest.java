package dev.weft.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.resource.AccessPolicyResource.Caller;
import dev.weft.control.resource.AccessPolicyResource.MtlsMode;
import dev.weft.control.resource.AccessPolicyResource.Request;
import dev.weft.control.resource.AccessPolicyResource.Rule;
import dev.weft.control.resource.HttpRouteResource.Path;
import dev.weft.control.resource.HttpRouteResource.PathType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What access policies can say, and what of it contradicts itself. */
class AccessVocabularyTest {
  private static final String SERVICES =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: web}
      spec: {ports: [{name: http, port: 80, protocol: http}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{name: pg, port: 5432, protocol: tcp}]}
      ---
      """;

  private final ResourceReader reader = new ResourceReader(new Schemas());

  @Test
  void rulesSayWhoMayDoWhat() {
    Reading reading =
        reader.read(
            policy(
                "Strict",
                """
                allow:
                  - from: [{service: edge}, {namespace: ops}, {service: cart, namespace: shop}]
                    to: [{path: {value: /orders}, methods: [GET]}, {headers: [{name: X-Token, value: a}]}]
                deny: [{to: [{path: {type: Exact, value: /admin}}]}]
                """));

    assertThat(reading.violations()).isEmpty();
    var policy = (AccessPolicyResource) reading.documents().getFirst().resource();
    assertThat(policy.mtls()).isEqualTo(MtlsMode.STRICT);
    assertThat(policy.allow())
        .containsExactly(
            new Rule(
                List.of(
                    new Caller("default", "edge"),
                    new Caller("ops", null),
                    new Caller("shop", "cart")),
                List.of(
                    new Request(
                        new Path(PathType.PATH_PREFIX, "/orders"), List.of("GET"), List.of()),
                    new Request(
                        null,
                        List.of(),
                        List.of(new ValueMatch(ValueMatch.Type.EXACT, "X-Token", "a"))))));
    assertThat(policy.deny())
        .containsExactly(
            new Rule(
                List.of(),
                List.of(new Request(new Path(PathType.EXACT, "/admin"), List.of(), List.of()))));
  }

  @Test
  void withoutAllowEverythingIsAndWithAnEmptyOneNothing() {
    assertThat(read("").allow()).isNull();
    assertThat(read("").hasRules()).isFalse();
    assertThat(read("allow: []\n").allow()).isEmpty();
    assertThat(read("allow: []\n").hasRules()).isTrue();
  }

  private AccessPolicyResource read(String rules) {
    Reading reading = reader.read(policy("Strict", rules));
    assertThat(reading.violations()).isEmpty();
    return (AccessPolicyResource) reading.documents().getFirst().resource();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "Strict | allow: [{}] | /spec/allow/0 | 1",
        "Strict | allow: [{from: []}] | /spec/allow/0/from | 1",
        "Strict | allow: [{from: [{}]}] | /spec/allow/0/from/0 | 1",
        "Strict | allow: [{from: [{principal: a}]}] | /spec/allow/0/from/0/principal | not a field",
        "Strict | allow: [{to: [{path: {value: orders}}]}] | /spec/allow/0/to/0/path/value | start",
        "Strict | allow: [{to: [{path: {value: /a//b}}]}] | /spec/allow/0/to/0/path/value | never match",
        "Strict | allow: [{to: [{path: {type: RegularExpression, value: '('}}]}] | /spec/allow/0/to/0/path/value | RE2",
        "Strict | allow: [{to: [{methods: [FETCH]}]}] | /spec/allow/0/to/0/methods/0 | allowed value",
        "Strict | deny: [{to: [{headers: [{name: a, value: b}, {name: A, value: c}]}]}] | /spec/deny/0/to/0/headers/1/name | the name",
        "Strict | deny: [] | /spec/deny | 1",
        "Permissive | deny: [{from: [{service: edge}]}] | /spec/deny/0/from | callers are not known",
      })
  void whatContradictsIsRefusedByItsPath(String mode, String rules, String path, String problem) {
    Reading reading = reader.read(policy(mode, rules + "\n"));

    assertThat(reading.violations())
        .anySatisfy(
            violation -> {
              assertThat(violation.path()).isEqualTo(path);
              assertThat(violation.problem()).contains(problem);
            });
  }

  @Test
  void rulesForRequestsAreNotForPortsWithout() {
    String namespaceWide = policy("Strict", "allow: [{from: [{service: edge}]}]\n");
    String own =
        """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: db}
        spec: {targetRef: {kind: Service, name: db}, mtls: {mode: Strict}}
        """;

    assertThat(validate(namespaceWide))
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.path()).isEqualTo("/spec/allow");
              assertThat(violation.problem()).contains("port pg of Service default/db");
            });
    assertThat(validate(namespaceWide + own)).isEmpty();
    assertThat(
            validate(
                own.replace(
                    "mtls: {mode: Strict}",
                    "mtls: {mode: Strict}, deny: [{to: [{methods: [PUT]}]}]")))
        .singleElement()
        .extracting(Violation::path)
        .isEqualTo("/spec/deny");
  }

  private List<Violation> validate(String yaml) {
    Reading reading = reader.read(SERVICES + yaml);
    assertThat(reading.violations()).isEmpty();
    return ConfigValidator.validate(
        reading.documents().stream().map(ResourceDocument::resource).toList());
  }

  private static String policy(String mode, String rules) {
    return """
        apiVersion: weft.dev/v1alpha1
        kind: AccessPolicy
        metadata: {name: p}
        spec:
          mtls: {mode: %s}
        """
            .formatted(mode)
        + rules.indent(2);
  }
}
