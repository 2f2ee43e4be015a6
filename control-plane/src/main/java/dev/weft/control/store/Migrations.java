package dev.weft.control.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings the schema up to date. */
final class Migrations {
  private Migrations() {}

  static void run(DataSource source, Dialect dialect, String where) {
    try {
      Flyway.configure()
          .dataSource(source)
          .locations(dialect.migrations())
          .table("weft_schema")
          .validateMigrationNaming(true)
          // A schema from a newer version is refused, not used by guesswork.
          .ignoreMigrationPatterns("*:pending")
          .load()
          .migrate();
    } catch (FlywayException e) {
      String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new DatabaseException(
          "the database "
              + where
              + " cannot be brought to this version: "
              + message
              + "; if a newer version of weft has used it, run that one, else restore a backup",
          e);
    }
  }
}
