package dev.weft.control.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContractTest {
  private static final String OPENAPI_SCHEMA = "spec.openapis.org/oas/3.1/schema/2022-10-07";

  private final Contract contract = new Contract();

  @Test
  void theDocumentIsValidOpenApi() throws IOException {
    Schema schema;
    try (InputStream in = getClass().getResourceAsStream("/" + OPENAPI_SCHEMA)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      schema =
          SchemaRegistry.withDefaultDialect(
                  SpecificationVersion.DRAFT_2020_12,
                  builder ->
                      builder.resourceLoaders(
                          loaders -> loaders.resources(Map.of("https://" + OPENAPI_SCHEMA, text))))
              .getSchema(SchemaLocation.of("https://" + OPENAPI_SCHEMA));
    }

    assertThat(schema.validate(contract.document())).isEmpty();
    assertThat(schema.validate(new ObjectMapper().readTree("{\"openapi\": \"3.1.0\"}")))
        .isNotEmpty();
  }

  @Test
  void everyReferenceInTheServedDocumentLeadsSomewhere(@TempDir Path folder) {
    try (var admin = new RunningAdmin(folder)) {
      JsonNode served = admin.get("/openapi.json").body();
      assertThat(served).isEqualTo(contract.document());
      for (JsonNode reference : served.findValues("$ref")) {
        assertThatReferenceResolves(admin, served, "/", reference.asText());
      }
    }
  }

  private static void assertThatReferenceResolves(
      RunningAdmin admin, JsonNode document, String folder, String reference) {
    String[] parts = reference.split("#", 2);
    if (parts[0].isEmpty()) {
      assertThat(document.at(parts[1]).isMissingNode()).as(reference).isFalse();
      return;
    }
    var answer = admin.get(folder + parts[0]);
    assertThat(answer.status()).as(reference).isEqualTo(200);
    if (parts.length == 2) {
      assertThat(answer.body().at(parts[1]).isMissingNode()).as(reference).isFalse();
    }
    for (JsonNode inner : answer.body().findValues("$ref")) {
      assertThatReferenceResolves(admin, answer.body(), "/schema/", inner.asText());
    }
  }

  /** Each path of the contract is answered by its operation, and a method it lacks by 405. */
  @Test
  void everyRouteOfTheContractIsServed(@TempDir Path folder) {
    try (var admin = new RunningAdmin(folder)) {
      for (Contract.Endpoint endpoint : contract.endpoints()) {
        if (endpoint.operationId().equals("watchResources")) {
          continue;
        }
        String path = endpoint.path().replaceAll(":kind", "services").replaceAll(":[a-z]+", "1");
        var answer = admin.send(endpoint.method().name(), path, null);
        // What is missing is a thing of that name, never the route.
        assertThat(answer.body().path("detail").asText())
            .as(endpoint.toString())
            .doesNotContain("there is nothing at");
        assertThat(answer.status()).as(endpoint.toString()).isNotIn(405, 500, 501);
        assertThat(admin.send("PATCH", path, null).status()).as(path).isEqualTo(405);
      }
    }
  }

  @Test
  void operationsAndContractMustBeTheSame() {
    Operation nothing = (Operation.Streaming) _ -> {};
    Map<String, Operation> operations = new HashMap<>();
    contract.endpoints().forEach(endpoint -> operations.put(endpoint.operationId(), nothing));
    operations.remove("getCa");
    operations.put("getCar", nothing);

    assertThatThrownBy(() -> new ContractRouter(contract, operations, new SimpleMeterRegistry()))
        .hasMessage("contract and operations differ in [getCa, getCar]");
  }

  @Test
  void thePageLoadsOnlyWhatThisServerGives(@TempDir Path folder) {
    try (var admin = new RunningAdmin(folder)) {
      var page = admin.get("/");
      assertThat(page.header("content-security-policy"))
          .contains("default-src 'none'")
          .contains("frame-ancestors 'none'")
          .doesNotContain("unsafe");
      assertThat(page.header("x-content-type-options")).isEqualTo("nosniff");
      List<String> files =
          Stream.of("style.css", "app.js", "api.js", "views.js", "icon.svg").toList();
      for (String file : files) {
        var answer = admin.get("/ui/" + file);
        assertThat(answer.status()).as(file).isEqualTo(200);
        String text = answer.body().asText();
        assertThat(text.replace("http://www.w3.org/", "")).as(file).doesNotContain("http://");
        assertThat(text).as(file).doesNotContain("https://").doesNotContain("innerHTML");
      }
    }
  }
}
