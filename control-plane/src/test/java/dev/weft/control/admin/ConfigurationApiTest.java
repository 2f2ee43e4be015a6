package dev.weft.control.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.control.admin.RunningAdmin.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationApiTest {
  private static final String CATALOG =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {ports: [{name: grpc, port: 8080, protocol: grpc}]}
      """;
  private static final String ROUTE =
      """
      apiVersion: gateway.networking.k8s.io/v1
      kind: GRPCRoute
      metadata: {name: catalog, namespace: shop}
      spec:
        parentRefs: [{kind: Service, name: catalog}]
        rules: [{backendRefs: [{name: catalog, port: 8080}]}]
      """;
  private static final String CATALOG_PATH = "/api/v1/resources/services/shop/catalog";

  @TempDir private Path folder;
  private RunningAdmin admin;

  @BeforeEach
  void start() {
    admin = new RunningAdmin(folder);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  @Test
  void aResourceIsPutReadListedAndDeleted() {
    Answer created = admin.yaml("PUT", CATALOG_PATH, CATALOG, "if-match", "0");
    assertThat(created.status()).isEqualTo(201);
    assertThat(created.header("etag")).isEqualTo("\"1\"");
    assertThat(created.text("/changes/0/action")).isEqualTo("created");

    Answer read = admin.get(CATALOG_PATH);
    assertThat(read.status()).isEqualTo(200);
    assertThat(read.header("etag")).isEqualTo("\"1\"");
    assertThat(read.text("/spec/ports/0/protocol")).isEqualTo("grpc");
    // What is read can be written back as it is.
    Answer same = admin.json("PUT", CATALOG_PATH, read.body().toString());
    assertThat(same.status()).isEqualTo(200);
    assertThat(same.text("/revision")).isEqualTo("1");

    assertThat(admin.get("/api/v1/resources/services").text("/items/0/metadata/name"))
        .isEqualTo("catalog");
    assertThat(admin.get("/api/v1/resources/services?namespace=other").body().path("items"))
        .isEmpty();

    Answer deleted = admin.delete(CATALOG_PATH, "if-match", "\"1\"");
    assertThat(deleted.status()).isEqualTo(200);
    assertThat(deleted.text("/revision")).isEqualTo("2");
    assertThat(admin.get(CATALOG_PATH).status()).isEqualTo(404);
    assertThat(admin.delete(CATALOG_PATH).status()).isEqualTo(404);
  }

  @Test
  void aStaleRevisionIsAConflictThatSaysWhatToDo() {
    admin.yaml("PUT", CATALOG_PATH, CATALOG);

    Answer conflict =
        admin.yaml("PUT", CATALOG_PATH, CATALOG.replace("8080", "81"), "if-match", "\"0\"");

    assertThat(conflict.status()).isEqualTo(409);
    assertThat(conflict.header("content-type")).isEqualTo("application/problem+json");
    assertThat(conflict.text("/type")).isEqualTo("https://weft.dev/problems/conflict");
    assertThat(conflict.text("/expected")).isEqualTo("0");
    assertThat(conflict.text("/actual")).isEqualTo("1");
    assertThat(conflict.text("/detail")).contains("repeat the change with If-Match: 1");
    assertThat(admin.delete(CATALOG_PATH, "if-match", "0").status()).isEqualTo(409);
    assertThat(admin.get(CATALOG_PATH).text("/spec/ports/0/port")).isEqualTo("8080");
  }

  @Test
  void aChangeSetIsAllOrNothing() {
    Answer refused =
        admin.yaml("POST", "/api/v1/changesets", CATALOG + "---\n" + ROUTE.replace("8080", "1"));
    assertThat(refused.status()).isEqualTo(422);
    assertThat(refused.text("/violations/0/subject")).isEqualTo("GRPCRoute shop/catalog");
    assertThat(refused.text("/violations/0/path")).isEqualTo("/spec/rules/0/backendRefs/0/port");
    assertThat(refused.text("/violations/0/remedy")).isEqualTo("use one of: 8080");
    assertThat(admin.get(CATALOG_PATH).status()).isEqualTo(404);

    Answer dry = admin.yaml("POST", "/api/v1/changesets?dryRun=true", CATALOG + "---\n" + ROUTE);
    assertThat(dry.body().path("dryRun").asBoolean()).isTrue();
    assertThat(dry.text("/changes/0/after/metadata/name")).isEqualTo("catalog");
    assertThat(dry.body().at("/changes/0/before").isNull()).isTrue();
    assertThat(admin.get(CATALOG_PATH).status()).isEqualTo(404);

    Answer applied =
        admin.yaml(
            "POST",
            "/api/v1/changesets",
            CATALOG + "---\n" + ROUTE,
            "if-match",
            "0",
            "weft-author",
            "ann");
    assertThat(applied.status()).isEqualTo(200);
    assertThat(applied.text("/revision")).isEqualTo("1");

    Answer stillUsed = admin.delete(CATALOG_PATH);
    assertThat(stillUsed.status()).isEqualTo(422);
    assertThat(stillUsed.text("/violations/0/subject")).isEqualTo("GRPCRoute shop/catalog");

    Answer both =
        admin.json(
            "POST",
            "/api/v1/changesets",
            """
            {"resources": [],
             "deletes": [{"kind": "Service", "namespace": "shop", "name": "catalog"},
                         {"kind": "GRPCRoute", "namespace": "shop", "name": "catalog"}]}""");
    assertThat(both.status()).isEqualTo(200);
    assertThat(admin.get("/api/v1/audit").text("/items/1/author")).isEqualTo("local (ann)");
    assertThat(admin.get("/api/v1/audit").text("/items/1/revision")).isEqualTo("1");
  }

  @Test
  void historyIsListedComparedAndGoneBackTo() {
    admin.yaml("PUT", CATALOG_PATH, CATALOG);
    admin.yaml("PUT", CATALOG_PATH, CATALOG.replace("8080", "81"));

    assertThat(admin.get("/api/v1/revisions?limit=1").text("/items/0/revision")).isEqualTo("2");
    assertThat(admin.get("/api/v1/revisions?limit=1").text("/before")).isEqualTo("2");
    assertThat(
            admin
                .get("/api/v1/revisions?kind=services&namespace=shop&name=catalog&before=2")
                .body()
                .path("items"))
        .hasSize(1);
    assertThat(admin.get("/api/v1/revisions/1").text("/author")).isEqualTo("local");
    Answer diff = admin.get("/api/v1/revisions/2/diff");
    assertThat(diff.text("/changes/0/action")).isEqualTo("updated");
    assertThat(diff.text("/changes/0/before/spec/ports/0/port")).isEqualTo("8080");
    assertThat(diff.text("/changes/0/after/spec/ports/0/port")).isEqualTo("81");

    assertThat(admin.send("POST", "/api/v1/revisions/1/rollback", null, "if-match", "1").status())
        .isEqualTo(409);
    Answer back = admin.send("POST", "/api/v1/revisions/1/rollback", null, "if-match", "2");
    assertThat(back.text("/revision")).isEqualTo("3");
    assertThat(admin.get(CATALOG_PATH).text("/spec/ports/0/port")).isEqualTo("8080");
    assertThat(admin.send("POST", "/api/v1/revisions/99/rollback", null).status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/revisions/99").status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/revisions/x/diff").status()).isEqualTo(404);
  }

  @Test
  void propagationIsWaitedFor() {
    admin.yaml("PUT", CATALOG_PATH, CATALOG);

    Answer waited = admin.get("/api/v1/revisions/1/propagation?wait=30s");
    assertThat(waited.body().path("complete").asBoolean()).isTrue();
    assertThat(waited.text("/proxies/0/state")).isEqualTo("refused");
    assertThat(waited.text("/proxies/0/reason")).isEqualTo("no such thing");
    assertThat(admin.get("/api/v1/revisions/1/propagation?wait=1x").status()).isEqualTo(400);
    assertThat(admin.get("/api/v1/revisions/2/propagation").status()).isEqualTo(404);
  }

  @Test
  void listsArePaged() {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      many.append(CATALOG.replace("name: catalog", "name: c" + i)).append("---\n");
    }
    assertThat(admin.yaml("POST", "/api/v1/changesets", many.toString()).status()).isEqualTo(200);

    List<String> seen = new ArrayList<>();
    String next = "";
    do {
      Answer page = admin.get("/api/v1/resources/services?limit=10" + next);
      for (JsonNode item : page.body().path("items")) {
        seen.add(item.at("/metadata/name").asText());
      }
      next = page.body().has("continue") ? "&continue=" + page.text("/continue") : "";
    } while (!next.isEmpty());

    assertThat(seen).hasSize(25).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "application/yaml | a: [1                            | 400 | malformed | is not well-formed YAML at line",
        "application/yaml | a: &x [1]\\nb: [*x,*x]           | 400 | malformed | aliases (*name) are not accepted",
        "application/json | {\"kind\": \"Service\",}         | 400 | malformed | is not well-formed JSON at line 1",
        "application/json | {\"kind\": 1, \"kind\": 2}       | 400 | malformed | Duplicate field 'kind'",
        "application/json | {\"kind\": \"Service\"} x        | 400 | malformed | is not well-formed JSON",
        "application/yaml | --- {}\\n--- {}                  | 400 | malformed | the body has 2 documents",
        "application/yaml | kind: Sevice                     | 422 | violations | is not a kind weft knows",
        "application/yaml | kind: Workload                   | 422 | violations | at /apiVersion: is missing; add it",
        "application/yaml | just text                        | 422 | violations | is no object",
        "text/plain       | kind: Service                    | 415 | unsupported-media-type | send it as application/json",
      })
  void bodiesThatCannotBeTakenAreProblemsThatSayWhere(
      String type, String body, int status, String slug, String detail) {
    Answer answer =
        admin.send("PUT", CATALOG_PATH, body.replace("\\n", "\n"), "content-type", type);

    assertThat(answer.status()).as(answer.body().toPrettyString()).isEqualTo(status);
    assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.text("/type")).isEqualTo("https://weft.dev/problems/" + slug);
    assertThat(answer.body().toString()).contains(detail);
  }

  @Test
  void aResourceMustBeWhatItsPathSays() {
    Answer answer = admin.yaml("PUT", "/api/v1/resources/services/shop/other", CATALOG);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.text("/violations/0/path")).isEqualTo("/metadata/name");
    Answer bare =
        admin.yaml(
            "PUT",
            "/api/v1/resources/services/x/catalog",
            CATALOG.replace(", namespace: shop", ""));
    assertThat(bare.status()).isEqualTo(201);
  }

  @Test
  void everyViolationIsListedWithItsPath() {
    Answer answer =
        admin.yaml(
            "POST",
            "/api/v1/changesets",
            """
            apiVersion: weft.dev/v1alpha1
            kind: Service
            metadata: {name: a}
            spec: {ports: [{name: http, port: 0, protocol: smtp}], color: red}
            ---
            apiVersion: weft.dev/v1alpha1
            kind: TrafficPolicy
            metadata: {name: t}
            spec: {targetRef: {kind: Service, name: a}, timeouts: {request: soon}}
            """);

    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body().path("violations").findValuesAsText("path"))
        .containsExactlyInAnyOrder(
            "/spec/ports/0/port",
            "/spec/ports/0/protocol",
            "/spec/color",
            "/spec/timeouts/request");
  }
}
