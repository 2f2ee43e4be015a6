package dev.weft.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.PathType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schemas (2020-12) of all kinds: the one source of what a document may look like, served
 * by REST as they are. Their descriptions are what a violation advises.
 */
public final class Schemas {
  private static final String BASE = "https://weft.dev/schema/";
  private static final int MAX_VIOLATIONS = 100;
  private static final String UNSUPPORTED = "is not a field weft supports";

  private final Map<String, String> texts = new LinkedHashMap<>();
  private final Map<String, JsonNode> trees = new LinkedHashMap<>();
  private final Map<Kind, Schema> byKind = new EnumMap<>(Kind.class);

  /** Reads and compiles the schemas on the class path. */
  public Schemas() {
    var mapper = new ObjectMapper();
    load("common.json", mapper);
    load("route.json", mapper);
    for (Kind kind : Kind.values()) {
      load(fileName(kind), mapper);
    }
    Map<String, String> byIri = new LinkedHashMap<>();
    texts.forEach((name, text) -> byIri.put(BASE + name, text));
    var config =
        SchemaRegistryConfig.builder().pathType(PathType.JSON_POINTER).preloadSchema(true).build();
    SchemaRegistry registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12,
            builder ->
                builder
                    .schemaRegistryConfig(config)
                    .resourceLoaders(loaders -> loaders.resources(byIri)));
    for (Kind kind : Kind.values()) {
      byKind.put(kind, registry.getSchema(SchemaLocation.of(BASE + fileName(kind))));
    }
  }

  private void load(String name, ObjectMapper mapper) {
    try (InputStream in = Schemas.class.getResourceAsStream("/schema/" + name)) {
      if (in == null) {
        throw new IllegalStateException("schema/" + name + " is not on the class path");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      texts.put(name, text);
      trees.put(BASE + name, mapper.readTree(text));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read schema/" + name, e);
    }
  }

  /** The file a kind's schema is in, such as {@code HTTPRoute.json}. */
  public static String fileName(Kind kind) {
    return kind.kindName() + ".json";
  }

  /** Every schema file's text by its name. */
  public Map<String, String> texts() {
    return Map.copyOf(texts);
  }

  /** What a document does not fulfil, in the order of its paths. */
  List<Violation> validate(Kind kind, JsonNode document, String subject) {
    Schema schema = byKind.get(kind);
    if (schema == null) {
      throw new IllegalStateException("no schema for " + kind);
    }
    // A name may fail a general rule and a stricter one: once is enough.
    Map<String, Violation> found = new LinkedHashMap<>();
    for (Error error : schema.validate(document)) {
      Violation violation = violation(subject, error);
      found.put(violation.path() + " " + violation.problem(), violation);
      if (found.size() == MAX_VIOLATIONS) {
        break;
      }
    }
    return List.copyOf(found.values());
  }

  private Violation violation(String subject, Error error) {
    String path = error.getInstanceLocation().toString();
    JsonNode rule = owner(error.getSchemaLocation());
    String expected = rule == null ? "" : rule.path("description").asText("");
    String property = error.getProperty();
    return switch (error.getKeyword()) {
      case "required" ->
          new Violation(
              subject, child(path, property), "is missing", "add it; here belong: " + expected);
      case "additionalProperties" ->
          new Violation(subject, child(path, property), UNSUPPORTED, fields(rule));
      case "not", "false" ->
          new Violation(
              subject,
              path,
              isRefused(rule) ? UNSUPPORTED : "has fields that do not belong together",
              expected);
      case "type" ->
          new Violation(subject, path, "has the wrong type: " + error.getMessage(), use(expected));
      case "const", "enum" ->
          new Violation(subject, path, "is not an allowed value", use(expected));
      case "pattern" -> new Violation(subject, path, "is not well-formed", use(expected));
      default -> new Violation(subject, path, error.getMessage(), use(expected));
    };
  }

  private static String use(String expected) {
    return expected.isEmpty() ? "see the schema of the kind" : "use " + expected;
  }

  private static String fields(@Nullable JsonNode rule) {
    var names = new ArrayList<String>();
    if (rule != null) {
      rule.path("properties")
          .properties()
          .forEach(
              field -> {
                if (!isRefused(field.getValue())) {
                  names.add(field.getKey());
                }
              });
    }
    return names.isEmpty() ? "remove it" : "remove it, or use one of: " + String.join(", ", names);
  }

  /** Whether nothing fulfils it: a field that others know, of which its description says more. */
  private static boolean isRefused(@Nullable JsonNode schema) {
    return schema != null && schema.path("not").isObject() && schema.path("not").isEmpty();
  }

  private static String child(String path, @Nullable String property) {
    return property == null ? path : path + "/" + property.replace("~", "~0").replace("/", "~1");
  }

  /** The schema object whose keyword failed. */
  private @Nullable JsonNode owner(SchemaLocation location) {
    JsonNode node = trees.get(location.getAbsoluteIri().toString());
    for (int i = 0; node != null && i < location.getFragment().getNameCount() - 1; i++) {
      Object step = location.getFragment().getElement(i);
      node = step instanceof Integer index ? node.get(index) : node.get(step.toString());
    }
    return node;
  }
}
