package dev.weft.control.store;

import dev.weft.control.resource.Kind;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.resource.ResourceReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jspecify.annotations.Nullable;

/** The SQL of the configuration and its history. Every method runs on the thread of its handle. */
final class ConfigTables {
  /** Revisions whose changes are kept, and which can be gone back to. */
  static final int KEPT_REVISIONS = 10_000;

  private final Dialect dialect;
  private final ResourceReader reader;
  private final int kept;

  ConfigTables(Dialect dialect, ResourceReader reader, int kept) {
    this.dialect = dialect;
    this.reader = reader;
    this.kept = kept;
  }

  long head(Handle h) {
    return h.createQuery("SELECT revision FROM config_head WHERE id = 1").mapTo(Long.class).one();
  }

  /** The newest revision; nobody else makes another until this transaction ends. */
  long lockedHead(Handle h) {
    String sql =
        switch (dialect) {
          // The transaction has held the database's write lock since it began.
          case SQLITE -> "SELECT revision FROM config_head WHERE id = 1";
          case POSTGRESQL -> "SELECT revision FROM config_head WHERE id = 1 FOR UPDATE";
        };
    return h.createQuery(sql).mapTo(Long.class).one();
  }

  /** Everything, as one statement sees it; a row that is not what was written is an error. */
  ConfigSnapshot load(Handle h) {
    var resources = new TreeMap<ResourceId, StoredResource>();
    long[] revision = {0};
    h.createQuery(
            """
            SELECT h.revision AS head, r.kind, r.namespace, r.name, r.revision, r.document, r.digest
            FROM config_head h LEFT JOIN resources r ON 1 = 1""")
        .map(
            (row, _) -> {
              revision[0] = row.getLong("head");
              return row.getString("kind") == null ? Optional.<StoredResource>empty() : row(row);
            })
        .forEach(found -> found.ifPresent(stored -> resources.put(stored.id(), stored)));
    return new ConfigSnapshot(revision[0], resources);
  }

  private Optional<StoredResource> row(ResultSet row) throws SQLException {
    ResourceId id = id(row);
    String document = row.getString("document");
    long revision = row.getLong("revision");
    if (!digest(id, revision, document).equals(row.getString("digest"))) {
      throw new DatabaseException(
          "the stored " + id + " is damaged; restore the database from a backup", null);
    }
    return Optional.of(new StoredResource(document(id, document), revision));
  }

  /**
   * The newest snapshot, made from an older one and the changes since; from scratch where those are
   * no longer kept.
   */
  ConfigSnapshot advance(Handle h, ConfigSnapshot known, long head) {
    if (known.revision() == head) {
      return known;
    }
    if (known.revision() > head) {
      throw new DatabaseException(
          "the database is at revision "
              + head
              + ", older than revision "
              + known.revision()
              + " that this node serves; bring the newer database back, or restart this node to go"
              + " back on purpose",
          null);
    }
    if (known.revision() + 1 < oldest(h, head)) {
      return load(h);
    }
    var resources = new TreeMap<>(known.resources());
    h.createQuery(
            """
            SELECT revision, kind, namespace, name, after_document FROM changes
            WHERE revision > :known AND revision <= :head ORDER BY revision""")
        .bind("known", known.revision())
        .bind("head", head)
        .map(
            (row, _) -> new Step(id(row), row.getLong("revision"), row.getString("after_document")))
        .forEach(step -> replace(resources, step.id(), step.revision(), step.document()));
    return new ConfigSnapshot(head, resources);
  }

  private record Step(ResourceId id, long revision, @Nullable String document) {}

  /** The documents of an older revision, by undoing what came after it. */
  TreeMap<ResourceId, StoredResource> documentsAt(Handle h, ConfigSnapshot newest, long revision) {
    var resources = new TreeMap<>(newest.resources());
    h.createQuery(
            """
            SELECT revision, kind, namespace, name, before_document FROM changes
            WHERE revision > :revision ORDER BY revision DESC""")
        .bind("revision", revision)
        .map(
            (row, _) ->
                new Step(id(row), row.getLong("revision"), row.getString("before_document")))
        .forEach(step -> replace(resources, step.id(), step.revision(), step.document()));
    return resources;
  }

  private void replace(
      TreeMap<ResourceId, StoredResource> resources,
      ResourceId id,
      long revision,
      @Nullable String document) {
    if (document == null) {
      resources.remove(id);
    } else {
      resources.put(id, new StoredResource(document(id, document), revision));
    }
  }

  /** The oldest revision whose changes are kept; one above the head where there is none. */
  long oldest(Handle h, long head) {
    return h.createQuery("SELECT MIN(revision) FROM revisions")
        .mapTo(Long.class)
        .findOne()
        .orElse(head + 1);
  }

  /** Writes a revision; {@code before} is the one it builds on. */
  void write(Handle h, long before, List<Change> changes, Revision revision) {
    int moved =
        h.createUpdate("UPDATE config_head SET revision = :to WHERE id = 1 AND revision = :from")
            .bind("to", revision.number())
            .bind("from", before)
            .execute();
    if (moved != 1) {
      throw new IllegalStateException("the head moved although it was locked");
    }
    h.createUpdate(
            """
            INSERT INTO revisions (revision, created_at, author, cause, changes)
            VALUES (:revision, :at, :author, :cause, :changes)""")
        .bind("revision", revision.number())
        .bind("at", revision.at().toEpochMilli())
        .bind("author", revision.author())
        .bind("cause", revision.cause())
        .bind("changes", revision.changes())
        .execute();
    changes.forEach(change -> write(h, revision.number(), change));
    h.createUpdate("DELETE FROM revisions WHERE revision <= :old")
        .bind("old", revision.number() - kept)
        .execute();
  }

  private static void write(Handle h, long revision, Change change) {
    ResourceId id = change.id();
    h.createUpdate(
            """
            INSERT INTO changes
              (revision, kind, namespace, name, before_document, after_document)
            VALUES (:revision, :kind, :namespace, :name, :before, :after)""")
        .bind("revision", revision)
        .bind("kind", id.kind().kindName())
        .bind("namespace", id.namespace())
        .bind("name", id.name())
        .bind("before", change.before())
        .bind("after", change.after())
        .execute();
    String after = change.after();
    if (after == null) {
      h.createUpdate(
              "DELETE FROM resources WHERE kind = :kind AND namespace = :namespace AND name = :name")
          .bind("kind", id.kind().kindName())
          .bind("namespace", id.namespace())
          .bind("name", id.name())
          .execute();
      return;
    }
    h.createUpdate(
            """
            INSERT INTO resources (kind, namespace, name, revision, document, digest)
            VALUES (:kind, :namespace, :name, :revision, :document, :digest)
            ON CONFLICT (kind, namespace, name) DO UPDATE SET
              revision = excluded.revision, document = excluded.document, digest = excluded.digest""")
        .bind("kind", id.kind().kindName())
        .bind("namespace", id.namespace())
        .bind("name", id.name())
        .bind("revision", revision)
        .bind("document", after)
        .bind("digest", digest(id, revision, after))
        .execute();
  }

  List<Revision> history(
      Handle h, @Nullable Long before, @Nullable ResourceId resource, int limit) {
    String touched =
        resource == null
            ? ""
            : """
              AND EXISTS (SELECT 1 FROM changes c WHERE c.revision = r.revision
                AND c.kind = :kind AND c.namespace = :namespace AND c.name = :name)
              """;
    Query query =
        h.createQuery(
                "SELECT r.* FROM revisions r WHERE r.revision < :before "
                    + touched
                    + " ORDER BY r.revision DESC LIMIT :limit")
            .bind("before", before == null ? Long.MAX_VALUE : before)
            .bind("limit", Math.clamp(limit, 1, 1000));
    if (resource != null) {
      query
          .bind("kind", resource.kind().kindName())
          .bind("namespace", resource.namespace())
          .bind("name", resource.name());
    }
    return query.map((row, _) -> revision(row)).list();
  }

  Optional<Revision> revision(Handle h, long number) {
    return h.createQuery("SELECT * FROM revisions WHERE revision = :revision")
        .bind("revision", number)
        .map((row, _) -> revision(row))
        .findOne();
  }

  List<Change> changes(Handle h, long revision) {
    return h.createQuery(
            """
            SELECT kind, namespace, name, before_document, after_document FROM changes
            WHERE revision = :revision ORDER BY kind, namespace, name""")
        .bind("revision", revision)
        .map(
            (row, _) ->
                new Change(
                    id(row), row.getString("before_document"), row.getString("after_document")))
        .list();
  }

  private static Revision revision(ResultSet row) throws SQLException {
    return new Revision(
        row.getLong("revision"),
        Instant.ofEpochMilli(row.getLong("created_at")),
        row.getString("author"),
        row.getString("cause"),
        row.getInt("changes"));
  }

  private ResourceDocument document(ResourceId id, String json) {
    return reader.stored(id.kind(), json);
  }

  private static ResourceId id(ResultSet row) throws SQLException {
    String kind = row.getString("kind");
    return new ResourceId(
        Kind.byKindName(kind)
            .orElseThrow(
                () ->
                    new DatabaseException(
                        "the database holds a "
                            + kind
                            + ", a kind this version does not know; run the version that wrote it",
                        null)),
        row.getString("namespace"),
        row.getString("name"));
  }

  private static String digest(ResourceId id, long revision, String document) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update((id + "\n" + revision + "\n").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(sha.digest(document.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
