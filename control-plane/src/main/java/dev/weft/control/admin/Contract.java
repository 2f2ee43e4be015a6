package dev.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The OpenAPI document: routes are made from it, so that neither can have what the other has not.
 */
final class Contract {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");

  private final JsonNode document;
  private final List<Endpoint> endpoints = new ArrayList<>();

  /** A method on a path; the path is in the router's notation. */
  record Endpoint(HttpMethod method, String path, String operationId) {}

  Contract() {
    try (InputStream in = Contract.class.getResourceAsStream("/admin/openapi.yaml")) {
      if (in == null) {
        throw new IllegalStateException("admin/openapi.yaml is not on the class path");
      }
      document = new YAMLMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read admin/openapi.yaml", e);
    }
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(entry -> add(path.getKey(), entry.getKey(), entry.getValue())));
  }

  private void add(String path, String key, JsonNode operation) {
    if (METHODS.contains(key)) {
      endpoints.add(
          new Endpoint(
              HttpMethod.valueOf(key.toUpperCase(Locale.ROOT)),
              path.replaceAll("\\{([A-Za-z]+)}", ":$1"),
              operation.path("operationId").asText()));
    }
  }

  JsonNode document() {
    return document;
  }

  List<Endpoint> endpoints() {
    return List.copyOf(endpoints);
  }
}
