package dev.weft.control.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.store.AuditLog;
import dev.weft.control.store.Change;
import dev.weft.control.store.Revision;
import dev.weft.control.store.StoredResource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The JSON of configuration and history; stored documents are put in as they are. */
final class ConfigJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ConfigJson() {}

  static ObjectNode page(long revision, List<StoredResource> items, @Nullable String next) {
    ObjectNode node = NODES.objectNode().put("revision", revision);
    ArrayNode list = node.putArray("items");
    items.forEach(item -> list.addRawValue(new RawValue(item.document().json())));
    if (next != null) {
      node.put("continue", next);
    }
    return node;
  }

  /** A revision and its changes, with the documents where those are asked for. */
  static ObjectNode applied(long revision, List<Change> changes, boolean documents) {
    ObjectNode node = NODES.objectNode().put("revision", revision);
    ArrayNode list = node.putArray("changes");
    for (Change change : changes) {
      ObjectNode item = list.addObject();
      ResourceId id = change.id();
      item.put("kind", id.kind().kindName())
          .put("namespace", id.namespace())
          .put("name", id.name())
          .put("action", action(change));
      if (documents) {
        document(item, "before", change.before());
        document(item, "after", change.after());
      }
    }
    return node;
  }

  private static String action(Change change) {
    if (change.before() == null) {
      return "created";
    }
    return change.after() == null ? "deleted" : "updated";
  }

  private static void document(ObjectNode item, String field, @Nullable String json) {
    if (json == null) {
      item.putNull(field);
    } else {
      item.putRawValue(field, new RawValue(json));
    }
  }

  static ObjectNode revision(Revision revision) {
    return NODES
        .objectNode()
        .put("revision", revision.number())
        .put("at", revision.at().toString())
        .put("author", revision.author())
        .put("cause", revision.cause())
        .put("changes", revision.changes());
  }

  static ObjectNode revisions(List<Revision> revisions, int limit) {
    ObjectNode node = NODES.objectNode();
    ArrayNode list = node.putArray("items");
    revisions.forEach(revision -> list.add(revision(revision)));
    if (revisions.size() == limit && revisions.getLast().number() > 1) {
      node.put("before", revisions.getLast().number());
    }
    return node;
  }

  static ObjectNode audit(List<AuditLog.Entry> entries, int limit) {
    ObjectNode node = NODES.objectNode();
    ArrayNode list = node.putArray("items");
    for (AuditLog.Entry entry : entries) {
      list.addObject()
          .put("id", entry.id())
          .put("at", entry.at().toString())
          .put("author", entry.author())
          .put("action", entry.action())
          .put("subject", entry.subject())
          .put("revision", entry.revision())
          .put("detail", entry.detail());
    }
    if (entries.size() == limit && entries.getLast().id() > 1) {
      node.put("before", entries.getLast().id());
    }
    return node;
  }
}
