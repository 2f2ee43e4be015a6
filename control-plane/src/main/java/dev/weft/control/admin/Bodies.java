package dev.weft.control.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.control.resource.DocumentText;
import dev.weft.control.resource.DocumentText.Malformed;
import dev.weft.control.resource.Kind;
import dev.weft.control.resource.Reading;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Violation;
import dev.weft.control.store.ChangeSet;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads the bodies of writes, on a worker: a large one takes longer than an event loop may. */
final class Bodies {
  private static final Set<String> YAML =
      Set.of("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml");
  private static final Set<String> CHANGE_SET = Set.of("resources", "deletes");

  private final DocumentText text = new DocumentText();
  private final Vertx vertx;
  private final ResourceReader reader;

  Bodies(Vertx vertx, ResourceReader reader) {
    this.vertx = vertx;
    this.reader = reader;
  }

  /** The one resource a PUT puts where its path says. */
  Future<ResourceDocument> resource(Call call, ResourceId id) {
    return read(call, trees -> resource(trees, id));
  }

  /** A change set, or resources alone. */
  Future<ChangeSet> changeSet(Call call) {
    return read(call, this::changeSet);
  }

  /** One JSON object. */
  Future<JsonNode> json(Call call) {
    return read(
        call,
        trees -> {
          if (trees.size() != 1 || !trees.getFirst().isObject()) {
            throw Problem.malformed(
                    new Violation("body", "", "is no object", "send one JSON object"))
                .exception();
          }
          return trees.getFirst();
        });
  }

  private interface Shape<T> {
    T of(List<JsonNode> trees);
  }

  private <T> Future<T> read(Call call, Shape<T> shape) {
    String type = call.header("content-type").orElse("");
    String bare = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    boolean json = bare.equals("application/json");
    if (!json && !YAML.contains(bare)) {
      return Future.failedFuture(Problem.unsupportedType(bare).exception());
    }
    Buffer body = call.context().body().buffer();
    String content = body == null ? "" : body.toString();
    return vertx.executeBlocking(() -> shape.of(trees(content, json)), false);
  }

  private List<JsonNode> trees(String content, boolean json) {
    try {
      if (!json) {
        return text.readYaml(content);
      }
      JsonNode node = text.readJson(content);
      if (!node.isArray()) {
        return List.of(node);
      }
      List<JsonNode> items = new ArrayList<>();
      node.forEach(items::add);
      return items;
    } catch (Malformed e) {
      throw Problem.malformed(ResourceReader.malformed("body", e).violations().getFirst())
          .exception();
    }
  }

  private ResourceDocument resource(List<JsonNode> trees, ResourceId id) {
    if (trees.size() != 1) {
      throw Problem.malformed(
              new Violation(
                  id.toString(),
                  "",
                  "the body has " + trees.size() + " documents",
                  "send one, or use /api/v1/changesets"))
          .exception();
    }
    if (trees.getFirst() instanceof ObjectNode document
        && document.get("metadata") instanceof ObjectNode metadata
        && !metadata.has("namespace")) {
      metadata.put("namespace", id.namespace());
    }
    ResourceDocument document = checked(reader.read(trees)).getFirst();
    ResourceId written = document.id();
    List<Violation> differs = new ArrayList<>();
    differs(written, "/kind", written.kind().kindName(), id.kind().kindName(), differs);
    differs(written, "/metadata/namespace", written.namespace(), id.namespace(), differs);
    differs(written, "/metadata/name", written.name(), id.name(), differs);
    if (!differs.isEmpty()) {
      throw Problem.violations(differs).exception();
    }
    return document;
  }

  private static void differs(
      ResourceId subject, String path, String written, String asked, List<Violation> found) {
    if (!written.equals(asked)) {
      found.add(
          new Violation(
              subject.toString(),
              path,
              "is " + written + ", but the request's path says " + asked,
              "make them the same"));
    }
  }

  private ChangeSet changeSet(List<JsonNode> trees) {
    if (trees.isEmpty()) {
      throw Problem.malformed(
              new Violation("body", "", "has no document", "send resources or a change set"))
          .exception();
    }
    JsonNode first = trees.getFirst();
    if (trees.size() > 1 || first.has("kind") || !isChangeSet(first)) {
      return ChangeSet.put(checked(reader.read(trees)));
    }
    List<Violation> violations = new ArrayList<>();
    List<JsonNode> resources = items(first, "resources", violations);
    List<ResourceId> deletes = new ArrayList<>();
    List<JsonNode> named = items(first, "deletes", violations);
    for (int i = 0; i < named.size(); i++) {
      id(named.get(i), "/deletes/" + i, violations).ifPresent(deletes::add);
    }
    Reading reading = reader.read(resources);
    violations.addAll(reading.violations());
    if (!violations.isEmpty()) {
      throw Problem.violations(violations).exception();
    }
    return new ChangeSet(reading.documents(), deletes);
  }

  private static boolean isChangeSet(JsonNode node) {
    if (!node.isObject() || node.isEmpty()) {
      return false;
    }
    for (var field : node.properties()) {
      if (!CHANGE_SET.contains(field.getKey())) {
        return false;
      }
    }
    return true;
  }

  private static List<JsonNode> items(JsonNode set, String field, List<Violation> violations) {
    List<JsonNode> items = new ArrayList<>();
    JsonNode list = set.path(field);
    if (list.isArray()) {
      list.forEach(items::add);
    } else if (!list.isMissingNode()) {
      violations.add(new Violation("change set", "/" + field, "is no list", "make it a list"));
    }
    return items;
  }

  private static Optional<ResourceId> id(JsonNode node, String path, List<Violation> violations) {
    Optional<Kind> kind = Kind.byKindName(node.path("kind").asText());
    String name = node.path("name").asText();
    if (kind.isEmpty() || name.isEmpty()) {
      violations.add(
          new Violation("change set", path, "names no resource", "use {kind, namespace, name}"));
      return Optional.empty();
    }
    String namespace = node.path("namespace").asText(ResourceReader.DEFAULT_NAMESPACE);
    return Optional.of(new ResourceId(kind.get(), namespace, name));
  }

  private static List<ResourceDocument> checked(Reading reading) {
    if (!reading.violations().isEmpty()) {
      throw Problem.violations(reading.violations()).exception();
    }
    return reading.documents();
  }
}
