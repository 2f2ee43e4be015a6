package dev.weft.control.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The table of sidecars. */
public final class SqlInstanceRepository implements InstanceRepository {
  private static final TypeReference<Map<String, Integer>> PORTS = new TypeReference<>() {};
  private static final TypeReference<Map<String, String>> LABELS = new TypeReference<>() {};

  private final ObjectMapper json = new ObjectMapper();
  private final Database database;

  public SqlInstanceRepository(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> upsert(Instance instance) {
    return database.transact(
        h -> {
          h.createUpdate(
                  """
                  INSERT INTO instances (proxy_id, namespace, service, address, inbound_port, ports,
                    labels, owner_node, connected, disconnected_at, updated_at)
                  VALUES (:proxy, :namespace, :service, :address, :inbound, :ports,
                    :labels, :owner, :connected, :disconnected, :updated)
                  ON CONFLICT (proxy_id) DO UPDATE SET
                    namespace = excluded.namespace, service = excluded.service,
                    address = excluded.address, inbound_port = excluded.inbound_port,
                    ports = excluded.ports, labels = excluded.labels,
                    owner_node = excluded.owner_node, connected = excluded.connected,
                    disconnected_at = excluded.disconnected_at, updated_at = excluded.updated_at""")
              .bind("proxy", instance.proxyId())
              .bind("namespace", instance.namespace())
              .bind("service", instance.service())
              .bind("address", instance.address())
              .bind("inbound", instance.inboundPort())
              .bind("ports", write(instance.ports()))
              .bind("labels", write(instance.labels()))
              .bind("owner", instance.ownerNode())
              .bind("connected", instance.connected() ? 1 : 0)
              .bind("disconnected", millis(instance.disconnectedAt()))
              .bind("updated", instance.updatedAt().toEpochMilli())
              .execute();
          return null;
        });
  }

  @Override
  public CompletionStage<Boolean> markDisconnected(String proxyId, String ownerNode, Instant at) {
    return database.transact(
        h ->
            h.createUpdate(
                        """
                        UPDATE instances SET connected = 0, disconnected_at = :at, updated_at = :at
                        WHERE proxy_id = :proxy AND owner_node = :owner AND connected = 1""")
                    .bind("at", at.toEpochMilli())
                    .bind("proxy", proxyId)
                    .bind("owner", ownerNode)
                    .execute()
                == 1);
  }

  @Override
  public CompletionStage<Integer> markNodeGone(String node, Instant at) {
    return database.transact(
        h ->
            h.createUpdate(
                    """
                    UPDATE instances SET connected = 0, disconnected_at = :at, updated_at = :at
                    WHERE owner_node = :node AND connected = 1""")
                .bind("at", at.toEpochMilli())
                .bind("node", node)
                .execute());
  }

  @Override
  public CompletionStage<Boolean> delete(String proxyId, String ownerNode) {
    return database.transact(
        h ->
            h.createUpdate("DELETE FROM instances WHERE proxy_id = :proxy AND owner_node = :owner")
                    .bind("proxy", proxyId)
                    .bind("owner", ownerNode)
                    .execute()
                == 1);
  }

  @Override
  public CompletionStage<Integer> deleteDisconnectedBefore(Instant time) {
    return database.transact(
        h ->
            h.createUpdate("DELETE FROM instances WHERE connected = 0 AND disconnected_at < :time")
                .bind("time", time.toEpochMilli())
                .execute());
  }

  @Override
  public CompletionStage<List<Instance>> listAll() {
    return database.call(
        h ->
            h.createQuery("SELECT * FROM instances ORDER BY proxy_id")
                .map((row, _) -> instance(row))
                .list());
  }

  private Instance instance(ResultSet row) throws SQLException {
    long disconnected = row.getLong("disconnected_at");
    return new Instance(
        row.getString("proxy_id"),
        row.getString("namespace"),
        row.getString("service"),
        row.getString("address"),
        row.getInt("inbound_port"),
        read(row.getString("ports"), PORTS),
        read(row.getString("labels"), LABELS),
        row.getString("owner_node"),
        row.getInt("connected") == 1,
        disconnected == 0 ? null : Instant.ofEpochMilli(disconnected),
        Instant.ofEpochMilli(row.getLong("updated_at")));
  }

  private static @Nullable Long millis(@Nullable Instant instant) {
    return instant == null ? null : instant.toEpochMilli();
  }

  private String write(Map<String, ?> map) {
    try {
      return json.writeValueAsString(map);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a map of plain values cannot be written", e);
    }
  }

  private <T> T read(String text, TypeReference<T> type) {
    try {
      return json.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new DatabaseException(
          "the table instances is damaged; restore the database from a backup", e);
    }
  }
}
