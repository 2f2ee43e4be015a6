package dev.weft.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteException;

/** Opens {@code weft.db}: checked whole, migrated, every commit on disk before it returns. */
final class SqliteFile {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  /** The lock of a file keeps out other processes; two nodes of one process it would refuse. */
  private static final Object THIS_PROCESS = new Object();

  private SqliteFile() {}

  static HikariDataSource open(Path folder) {
    synchronized (THIS_PROCESS) {
      return openAlone(folder);
    }
  }

  private static HikariDataSource openAlone(Path folder) {
    Path file = folder.resolve("weft.db");
    try {
      Files.createDirectories(folder);
      // Nodes that start together on one file take turns: neither may see the other's half-made
      // schema.
      try (FileChannel channel =
              FileChannel.open(
                  folder.resolve("weft.db.lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        if (!Files.exists(file)) {
          Files.createFile(file);
          Files.setPosixFilePermissions(file, OWNER_ONLY);
        }
        SQLiteDataSource source = source(file);
        // Before the pool: it would try a broken file again and again, and hide why.
        check(source, file);
        HikariDataSource pool = pool(source);
        try {
          Migrations.run(pool, Dialect.SQLITE, file.toString());
          return pool;
        } catch (RuntimeException e) {
          pool.close();
          throw e;
        }
      }
    } catch (IOException e) {
      throw new DatabaseException(
          "cannot use " + file + ": " + e.getMessage() + "; give a data folder that can be written",
          e);
    }
  }

  private static SQLiteDataSource source(Path file) {
    var sqlite = new SQLiteConfig();
    sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
    // FULL: a commit that was acknowledged survives a power cut, not only the end of the process.
    sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    sqlite.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    sqlite.setBusyTimeout(10_000);
    sqlite.enforceForeignKeys(true);
    var source = new SQLiteDataSource(sqlite);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source;
  }

  private static HikariDataSource pool(SQLiteDataSource source) {
    var config = new HikariConfig();
    config.setPoolName("weft-sqlite");
    config.setDataSource(source);
    config.setMaximumPoolSize(4);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(15_000);
    return new HikariDataSource(config);
  }

  private static void check(SQLiteDataSource source, Path file) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("PRAGMA integrity_check(3)")) {
      var found = new StringBuilder();
      while (rows.next()) {
        found.append(found.isEmpty() ? "" : ", ").append(rows.getString(1));
      }
      if (!found.toString().equals("ok")) {
        throw damaged(file, found.toString(), null);
      }
    } catch (SQLException e) {
      String problem = String.valueOf(e.getMessage());
      boolean broken =
          e instanceof SQLiteException sqlite
              && switch (sqlite.getResultCode()) {
                case SQLITE_NOTADB, SQLITE_CORRUPT -> true;
                default -> false;
              };
      throw broken
          ? damaged(file, problem, e)
          : new DatabaseException(
              "cannot open the database "
                  + file
                  + ": "
                  + problem
                  + "; check that the folder and the file can be written and the disk has room",
              e);
    }
  }

  private static DatabaseException damaged(Path file, String found, @Nullable Throwable cause) {
    return new DatabaseException(
        "the database "
            + file
            + " is damaged ("
            + found
            + "); restore it from a backup, or move it away to start empty",
        cause);
  }
}
