package dev.weft.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.resource.DocumentText.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads resources: text to tree, tree against its schema, then what a schema cannot say about one
 * resource. What concerns several resources is {@link ConfigValidator}'s. Thread-safe.
 */
public final class ResourceReader {
  /** Where a resource lives whose document names no namespace. */
  public static final String DEFAULT_NAMESPACE = "default";

  private static final String SUBJECT = "document ";

  private final DocumentText text = new DocumentText();
  private final Schemas schemas;

  public ResourceReader(Schemas schemas) {
    this.schemas = schemas;
  }

  /** Reads YAML (any number of documents) or JSON (one). */
  public Reading read(String yaml) {
    try {
      return read(text.readYaml(yaml));
    } catch (Malformed e) {
      return malformed("text", e);
    }
  }

  /** Reads trees, each a resource. */
  public Reading read(List<JsonNode> trees) {
    List<ResourceDocument> documents = new ArrayList<>();
    List<Violation> violations = new ArrayList<>();
    Map<ResourceId, Integer> seen = new HashMap<>();
    for (int i = 0; i < trees.size(); i++) {
      int position = i + 1;
      Reading one = readOne(trees.get(i), SUBJECT + position);
      violations.addAll(one.violations());
      for (ResourceDocument document : one.documents()) {
        Integer earlier = seen.putIfAbsent(document.id(), position);
        if (earlier == null) {
          documents.add(document);
        } else {
          violations.add(
              new Violation(
                  document.id().toString(),
                  "/metadata/name",
                  "is in document " + earlier + " and in document " + position,
                  "keep one of them"));
        }
      }
    }
    return new Reading(documents, violations);
  }

  /** A text that could not be read, as a reading. */
  public static Reading malformed(String subject, Malformed problem) {
    return new Reading(
        List.of(), List.of(new Violation(subject, "", problem.problem(), "correct it there")));
  }

  /** Reads back what the store has kept; it was checked when it was written. */
  public ResourceDocument stored(Kind kind, String json) {
    try {
      return new ResourceDocument(DocumentParser.parse(kind, text.readJson(json)), json);
    } catch (Malformed e) {
      throw new IllegalArgumentException("a stored " + kind.kindName() + " " + e.problem(), e);
    }
  }

  private Reading readOne(JsonNode tree, String subject) {
    if (!(tree instanceof ObjectNode document)) {
      return refused(
          subject, "", "is no object", "start it with apiVersion, kind, metadata and spec");
    }
    Optional<Kind> kind =
        document.path("kind").isTextual()
            ? Kind.byKindName(document.path("kind").textValue())
            : Optional.empty();
    if (kind.isEmpty()) {
      String known =
          Arrays.stream(Kind.values()).map(Kind::kindName).collect(Collectors.joining(", "));
      return document.has("kind")
          ? refused(subject, "/kind", "is not a kind weft knows", "use one of: " + known)
          : refused(subject, "/kind", "is missing", "add it, one of: " + known);
    }
    String named = name(kind.get(), document, subject);
    List<Violation> violations = schemas.validate(kind.get(), document, named);
    if (!violations.isEmpty()) {
      return new Reading(List.of(), violations);
    }
    ObjectNode complete = document.deepCopy();
    ObjectNode metadata = (ObjectNode) complete.path("metadata");
    if (!metadata.has("namespace")) {
      metadata.put("namespace", DEFAULT_NAMESPACE);
    }
    Resource resource = DocumentParser.parse(kind.get(), complete);
    violations = ResourceChecks.check(resource);
    return violations.isEmpty()
        ? new Reading(List.of(new ResourceDocument(resource, text.write(complete))), List.of())
        : new Reading(List.of(), violations);
  }

  private static Reading refused(String subject, String path, String problem, String remedy) {
    return new Reading(List.of(), List.of(new Violation(subject, path, problem, remedy)));
  }

  private static String name(Kind kind, JsonNode document, String subject) {
    JsonNode metadata = document.path("metadata");
    String name = metadata.path("name").asText("");
    return name.isEmpty()
        ? subject
        : kind.kindName() + " " + metadata.path("namespace").asText(DEFAULT_NAMESPACE) + "/" + name;
  }
}
