package dev.weft.control.xds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.control.admin.ProxyView.Refusal;
import dev.weft.control.store.Database;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jdbi.v3.core.Handle;

/** What the sidecars of all nodes run; each node writes the rows of its own. */
final class StatusTable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<List<Refusal>> REFUSALS = new TypeReference<>() {};

  private final Database database;
  private final String nodeName;

  /** A sidecar's row. */
  record Row(String ownerNode, Instant connectedAt, ProxyStatus status) {}

  StatusTable(Database database, String nodeName) {
    this.database = database;
    this.nodeName = nodeName;
  }

  /** Writes these sidecars of this node, and forgets those. */
  CompletionStage<Void> write(Map<String, ProxyRegistry.Entry> present, Set<String> absent) {
    return database.transact(
        handle -> {
          present.forEach((id, entry) -> upsert(handle, id, entry));
          for (String id : absent) {
            handle
                .createUpdate(
                    "DELETE FROM proxy_status WHERE proxy_id = :id AND owner_node = :node")
                .bind("id", id)
                .bind("node", nodeName)
                .execute();
          }
          return null;
        });
  }

  /** Forgets sidecars that are no instances any more. */
  CompletionStage<Integer> prune() {
    return database.call(
        handle ->
            handle.execute(
                "DELETE FROM proxy_status WHERE proxy_id NOT IN (SELECT proxy_id FROM instances)"));
  }

  /** All rows by proxy id. */
  CompletionStage<Map<String, Row>> listAll() {
    return database.call(
        handle -> {
          Map<String, Row> rows = new HashMap<>();
          handle
              .createQuery(
                  "SELECT proxy_id, owner_node, revision, offered, refusals, connected_at"
                      + " FROM proxy_status")
              .map(
                  (row, context) ->
                      rows.put(
                          row.getString("proxy_id"),
                          new Row(
                              row.getString("owner_node"),
                              Instant.ofEpochMilli(row.getLong("connected_at")),
                              new ProxyStatus(
                                  row.getObject("revision") == null
                                      ? null
                                      : row.getLong("revision"),
                                  row.getObject("offered") == null ? null : row.getLong("offered"),
                                  refusals(row.getString("refusals"))))))
              .list();
          return rows;
        });
  }

  private void upsert(Handle handle, String id, ProxyRegistry.Entry entry) {
    handle
        .createUpdate(
            """
            INSERT INTO proxy_status
              (proxy_id, owner_node, revision, offered, refusals, connected_at)
            VALUES (:id, :node, :revision, :offered, :refusals, :connectedAt)
            ON CONFLICT (proxy_id) DO UPDATE SET owner_node = excluded.owner_node,
              revision = excluded.revision, offered = excluded.offered,
              refusals = excluded.refusals, connected_at = excluded.connected_at
            """)
        .bind("id", id)
        .bind("node", nodeName)
        .bind("revision", entry.status().revision())
        .bind("offered", entry.status().offered())
        .bind("refusals", json(entry.status().refusals()))
        .bind("connectedAt", entry.since().toEpochMilli())
        .execute();
  }

  private static String json(List<Refusal> refusals) {
    try {
      return JSON.writeValueAsString(refusals);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of strings are always JSON", e);
    }
  }

  private static List<Refusal> refusals(String json) {
    try {
      return JSON.readValue(json, REFUSALS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("proxy_status.refusals is no JSON: " + json, e);
    }
  }
}
