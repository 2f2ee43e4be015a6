package dev.weft.control.store;

import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The databases Weft can keep its state in. */
public enum Dialect {
  SQLITE("sqlite"),
  POSTGRESQL("postgresql");

  private final String folder;

  Dialect(String folder) {
    this.folder = folder;
  }

  /** Where Flyway finds the migrations. */
  String migrations() {
    return "classpath:db/migration/" + folder;
  }

  /** A failure with what to do about it. */
  DatabaseException explain(RuntimeException failure) {
    String remedy =
        switch (this) {
          case SQLITE ->
              "check that the disk has room and that the data folder is writable, then try again";
          case POSTGRESQL -> "check that the server runs and is reachable, then try again";
        };
    SQLException sql = sqlCause(failure);
    String problem =
        sql == null ? String.valueOf(failure.getMessage()) : String.valueOf(sql.getMessage());
    return new DatabaseException(
        "database call failed: " + firstLine(problem) + "; " + remedy, failure);
  }

  private static @Nullable SQLException sqlCause(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
