package dev.weft.control.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What rules of routes can say, and what of it contradicts itself. */
class RouteVocabularyTest {
  private final ResourceReader reader = new ResourceReader(new Schemas());

  @Test
  void aRuleMirrorsRetriesAndAnswersBrowsers() {
    Reading reading =
        reader.read(
            http(
                """
                retry: {codes: [503, 418], attempts: 3, backoff: 100ms}
                filters:
                  - type: RequestMirror
                    requestMirror: {backendRef: {name: b, port: 80}, percent: 5}
                  - type: RequestMirror
                    requestMirror: {backendRef: {name: c, port: 80}, fraction: {numerator: 1, denominator: 3}}
                  - type: CORS
                    cors: {allowOrigins: ["https://*.shop.example"], allowCredentials: true, allowMethods: [PUT], maxAge: 60}
                  - type: URLRewrite
                    urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: /all}}
                """));

    assertThat(reading.violations()).isEmpty();
    var route = (HttpRouteResource) reading.documents().getFirst().resource();
    assertThat(route.rules().getFirst().retry())
        .isEqualTo(new HttpRouteResource.Retry(List.of(503, 418), 3, Duration.ofMillis(100)));
    assertThat(route.rules().getFirst().filters())
        .containsExactly(
            new RouteFilter.Mirror(new ServiceRef("default", "b", 80), 5, null),
            new RouteFilter.Mirror(
                new ServiceRef("default", "c", 80), null, new RouteFilter.Part(1, 3)),
            new RouteFilter.Cors(
                List.of("https://*.shop.example"), true, List.of("PUT"), List.of(), List.of(), 60),
            new RouteFilter.UrlRewrite(null, new RouteFilter.PathChange.ReplaceFullPath("/all")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}, percent: 5, fraction: {numerator: 1}}} | /requestMirror | both percent and fraction",
        "{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}, fraction: {numerator: 101}}} | /requestMirror/fraction/numerator | greater than the denominator",
        "{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}, percent: 101}} | /requestMirror/percent | 100",
        "{type: RequestMirror, requestMirror: {backendRef: {name: b, namespace: c, port: 80}}} | /requestMirror/backendRef/namespace | another namespace",
        "{type: RequestMirror, requestMirror: {percent: 5}} | /requestMirror/backendRef | is missing",
        "{type: RequestMirror, cors: {allowOrigins: ['*']}} | `` | do not belong together",
        "{type: CORS, cors: {allowOrigins: ['*'], allowCredentials: true, allowHeaders: ['*']}} | /cors/allowHeaders | has *",
        "{type: CORS, cors: {allowOrigins: ['*', 'https://a.b']}} | /cors/allowOrigins | beside others",
        "{type: CORS, cors: {allowOrigins: ['https://a.b:70000']}} | /cors/allowOrigins/0 | port",
        "{type: CORS, cors: {allowOrigins: ['a.b']}} | /cors/allowOrigins/0 | not well-formed",
        "{type: CORS, cors: {}} | /cors/allowOrigins | is missing",
        "{type: URLRewrite, urlRewrite: {path: {type: ReplaceFullPath, replaceFullPath: '/a?b'}}} | /urlRewrite/path/replaceFullPath | query",
      })
  void whatContradictsIsRefusedByItsPath(String filter, String path, String problem) {
    Reading reading = reader.read(http("filters: [" + filter + "]"));

    assertThat(reading.violations())
        .anySatisfy(
            violation -> {
              assertThat(violation.path()).isEqualTo("/spec/rules/0/filters/0" + path);
              assertThat(violation.problem()).contains(problem);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "2h"})
  void aPauseThatNobodyWaitsForIsRefused(String backoff) {
    Reading reading = reader.read(http("retry: {codes: [503], backoff: " + backoff + "}"));

    assertThat(reading.violations())
        .singleElement()
        .asString()
        .contains("/spec/rules/0/retry/backoff", "between 1ms and 1h");
  }

  @Test
  void sessionsThatMustStayAreRefusedByTheirField() {
    Reading reading =
        reader.read(
            http("sessionPersistence: {sessionName: s, type: Cookie, absoluteTimeout: 1h}"));

    assertThat(reading.violations())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.path()).isEqualTo("/spec/rules/0/sessionPersistence");
              assertThat(violation.problem()).contains("not a field weft supports");
              assertThat(violation.remedy()).contains("loadBalancing.hash");
            });
    assertThat(reader.read(http("persistence: 1h")).violations())
        .singleElement()
        .satisfies(
            violation -> assertThat(violation.remedy()).doesNotContain("sessionPersistence"));
  }

  @Test
  void aRuleThatRedirectsNeitherCopiesNorAnswersBrowsers() {
    Reading reading =
        reader.read(
            http(
                """
                filters:
                  - {type: RequestRedirect, requestRedirect: {scheme: https}}
                  - {type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}}}
                  - {type: CORS, cors: {allowOrigins: ["*"]}}
                """));

    assertThat(reading.violations())
        .extracting(Violation::path)
        .contains("/spec/rules/0/filters/1/type", "/spec/rules/0/filters/2/type");
  }

  @Test
  void aFilterOfItsOwnAnswersOrRewritesByAnExpression() {
    Reading reading =
        reader.read(
            filter(
                    "sorry",
                    "directResponse: {statusCode: 503, contentType: text/html, body: {type: Inline, inline: <p>later</p>}}")
                + filter("versions", replace("^/v[0-9]+/(.*)$", "/\\1?x")));

    assertThat(reading.violations()).isEmpty();
    assertThat(reading.documents())
        .extracting(document -> ((HttpRouteFilterResource) document.resource()).filter())
        .containsExactly(
            new RouteFilter.DirectResponse(503, "text/html", "<p>later</p>"),
            new RouteFilter.UrlRewrite(
                null, new RouteFilter.PathChange.ReplaceRegexMatch("^/v[0-9]+/(.*)$", "/\\1?x")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "directResponse: {statusCode: 100} | /spec/directResponse/statusCode | 200",
        "directResponse: {body: {inline: a}} | /spec/directResponse/body/type | is missing",
        "directResponse: {}, urlRewrite: {} | /spec | 1",
        "urlRewrite: {path: {type: ReplaceFullPath}} | /spec/urlRewrite/path/type | allowed value",
        "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '(', substitution: a}}} | /spec/urlRewrite/path/replaceRegexMatch/pattern | RE2",
        "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '(a)', substitution: '\\2'}}} | /spec/urlRewrite/path/replaceRegexMatch/substitution | number of a group",
      })
  void aFilterThatCannotBeIsRefusedByItsPath(String spec, String path, String problem) {
    Reading reading = reader.read(filter("f", spec));

    assertThat(reading.violations())
        .anySatisfy(
            violation -> {
              assertThat(violation.path()).isEqualTo(path);
              assertThat(violation.problem()).contains(problem);
            });
  }

  @Test
  void aBodyHasItsBound() {
    Reading reading =
        reader.read(
            filter(
                "f", "directResponse: {body: {type: Inline, inline: " + "ä".repeat(2049) + "}}"));

    assertThat(reading.violations())
        .singleElement()
        .asString()
        .contains("/spec/directResponse/body/inline", "4098 bytes");
  }

  @Test
  void whatARuleRefersToIsPartOfIt() {
    String sorry = filter("sorry", "directResponse: {statusCode: 503}");
    String rewrite = filter("versions", replace("a", "b"));
    String service =
        """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: Service
        metadata: {name: a}
        spec: {ports: [{name: http, port: 80, protocol: http}]}
        """;

    assertThat(validate(service + sorry + alone("sorry"))).isEmpty();
    assertThat(validate(service + rewrite + with("versions"))).isEmpty();
    assertThat(validate(service + with("gone")))
        .containsExactly("/spec/rules/0/filters/0/extensionRef/name");
    assertThat(validate(service + sorry + with("sorry")))
        .containsExactly("/spec/rules/0/backendRefs");
    assertThat(validate(service + rewrite + alone("versions")))
        .containsExactly("/spec/rules/0/backendRefs");
    assertThat(
            validate(
                service
                    + rewrite
                    + with("versions, {type: URLRewrite, urlRewrite: {hostname: a}}")))
        .containsExactly("/spec/rules/0/filters/1/type");
    assertThat(
            validate(service + sorry + alone("sorry, {type: CORS, cors: {allowOrigins: ['*']}}")))
        .containsExactly("/spec/rules/0/filters/1/type");
  }

  private List<String> validate(String yaml) {
    Reading reading = reader.read(yaml);
    assertThat(reading.violations()).isEmpty();
    return ConfigValidator.validate(
            reading.documents().stream().map(ResourceDocument::resource).toList())
        .stream()
        .map(Violation::path)
        .toList();
  }

  private static String with(String names) {
    return "---\n" + http("filters: [" + extension(names) + "]");
  }

  private static String alone(String names) {
    return with(names).replace("backendRefs: [{name: a, port: 80}]", "name: alone");
  }

  /** The first is the name of a filter; others follow as they are. */
  private static String extension(String names) {
    int comma = names.indexOf(',');
    String first = comma < 0 ? names : names.substring(0, comma);
    return "{type: ExtensionRef, extensionRef: {group: weft.dev, kind: HTTPRouteFilter, name: "
        + first
        + "}}"
        + (comma < 0 ? "" : names.substring(comma));
  }

  private static String replace(String pattern, String substitution) {
    return "urlRewrite: {path: {type: ReplaceRegexMatch, replaceRegexMatch: {pattern: '%s', substitution: '%s'}}}"
        .formatted(pattern, substitution);
  }

  private static String filter(String name, String spec) {
    return """
        ---
        apiVersion: weft.dev/v1alpha1
        kind: HTTPRouteFilter
        metadata: {name: %s}
        spec: {%s}
        """
        .formatted(name, spec);
  }

  @Test
  void preflightsHaveToReachTheirFilter() {
    Reading reading =
        reader.read(
            http(
                """
                matches: [{method: GET}]
                filters: [{type: CORS, cors: {allowOrigins: ["*"]}}]
                """));

    assertThat(reading.violations())
        .singleElement()
        .asString()
        .contains("/spec/rules/0/matches", "OPTIONS");
  }

  @Test
  void aGrpcRouteMirrorsButDoesNotRewrite() {
    String route =
        """
        apiVersion: gateway.networking.k8s.io/v1
        kind: GRPCRoute
        metadata: {name: r}
        spec:
          parentRefs: [{kind: Service, group: "", name: a}]
          rules:
            - filters: [%s]
              backendRefs: [{name: a, port: 80}]
        """;

    assertThat(
            reader
                .read(
                    route.formatted(
                        "{type: RequestMirror, requestMirror: {backendRef: {name: b, port: 80}}}"))
                .violations())
        .isEmpty();
    assertThat(
            reader
                .read(route.formatted("{type: URLRewrite, urlRewrite: {hostname: a}}"))
                .violations())
        .extracting(Violation::path)
        .contains("/spec/rules/0/filters/0/type");
  }

  private static String http(String rule) {
    return """
        apiVersion: gateway.networking.k8s.io/v1
        kind: HTTPRoute
        metadata: {name: r}
        spec:
          parentRefs: [{kind: Service, group: "", name: a}]
          rules:
            -
        """
        + rule.indent(6)
        + (rule.contains("RequestRedirect") ? "" : "      backendRefs: [{name: a, port: 80}]\n");
  }
}
