package dev.weft.control.store;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The table of control-plane nodes. */
public final class SqlNodeRepository implements NodeRepository {
  private final Database database;

  public SqlNodeRepository(Database database) {
    this.database = database;
  }

  @Override
  public CompletionStage<Void> heartbeat(Node node) {
    return database.transact(
        h -> {
          h.createUpdate(
                  """
                  INSERT INTO nodes (name, http_address, xds_address, started_at, seen_at)
                  VALUES (:name, :http, :xds, :started, :seen)
                  ON CONFLICT (name) DO UPDATE SET
                    http_address = excluded.http_address, xds_address = excluded.xds_address,
                    started_at = excluded.started_at, seen_at = excluded.seen_at""")
              .bind("name", node.name())
              .bind("http", node.httpAddress())
              .bind("xds", node.xdsAddress())
              .bind("started", node.startedAt().toEpochMilli())
              .bind("seen", node.seenAt().toEpochMilli())
              .execute();
          return null;
        });
  }

  @Override
  public CompletionStage<Void> remove(String name) {
    return database.transact(
        h -> {
          h.createUpdate("DELETE FROM nodes WHERE name = :name").bind("name", name).execute();
          return null;
        });
  }

  @Override
  public CompletionStage<List<Node>> listAll() {
    return database.call(
        h ->
            h.createQuery("SELECT * FROM nodes ORDER BY name")
                .map(
                    (row, _) ->
                        new Node(
                            row.getString("name"),
                            row.getString("http_address"),
                            row.getString("xds_address"),
                            Instant.ofEpochMilli(row.getLong("started_at")),
                            Instant.ofEpochMilli(row.getLong("seen_at"))))
                .list());
  }
}
