package dev.weft.control.xds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.control.store.Database;
import dev.weft.control.xds.LoadReport.Load;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The traffic each node's sidecars report: a row for each node. */
final class TrafficTable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Load>> LOADS = new TypeReference<>() {};

  private final Database database;
  private final String nodeName;

  TrafficTable(Database database, String nodeName) {
    this.database = database;
    this.nodeName = nodeName;
  }

  /** Replaces this node's row. */
  CompletionStage<Void> write(Map<String, Load> byService, Instant at) {
    return database.call(
        handle -> {
          handle
              .createUpdate(
                  """
                  INSERT INTO node_traffic (node, body, updated_at) VALUES (:node, :body, :at)
                  ON CONFLICT (node) DO UPDATE SET body = excluded.body,
                    updated_at = excluded.updated_at
                  """)
              .bind("node", nodeName)
              .bind("body", json(byService))
              .bind("at", at.toEpochMilli())
              .execute();
          return null;
        });
  }

  /** The rows of the other nodes that were written since. */
  CompletionStage<List<Map<String, Load>>> ofOtherNodes(Instant since) {
    return database.call(
        handle ->
            handle
                .createQuery(
                    "SELECT body FROM node_traffic WHERE node <> :node AND updated_at >= :since")
                .bind("node", nodeName)
                .bind("since", since.toEpochMilli())
                .map((row, context) -> loads(row.getString("body")))
                .list());
  }

  private static String json(Map<String, Load> byService) {
    try {
      return JSON.writeValueAsString(byService);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("records of numbers are always JSON", e);
    }
  }

  private static Map<String, Load> loads(String json) {
    try {
      return JSON.readValue(json, LOADS);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("node_traffic.body is no JSON: " + json, e);
    }
  }
}
