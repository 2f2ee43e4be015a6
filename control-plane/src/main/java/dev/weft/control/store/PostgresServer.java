package dev.weft.control.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;

/** Opens a PostgreSQL database: reached, migrated. */
final class PostgresServer {
  private PostgresServer() {}

  static HikariDataSource open(String jdbcUrl) {
    if (!jdbcUrl.startsWith("jdbc:postgresql:")) {
      throw new DatabaseException(
          "the database URL "
              + withoutSecrets(jdbcUrl)
              + " is not supported; use jdbc:postgresql://HOST:PORT/NAME, or none for SQLite",
          null);
    }
    HikariDataSource pool;
    try {
      var config = new HikariConfig();
      config.setPoolName("weft-postgresql");
      config.setJdbcUrl(jdbcUrl);
      config.setMaximumPoolSize(4);
      config.setMinimumIdle(1);
      config.setConnectionTimeout(10_000);
      config.addDataSourceProperty("ApplicationName", "weft");
      // A server that vanished without a word must not hold a worker for ever.
      config.addDataSourceProperty("socketTimeout", "30");
      config.addDataSourceProperty("tcpKeepAlive", "true");
      pool = new HikariDataSource(config);
    } catch (PoolInitializationException e) {
      throw new DatabaseException(
          "cannot reach the database "
              + withoutSecrets(jdbcUrl)
              + ": "
              + (e.getCause() == null ? e.getMessage() : e.getCause().getMessage())
              + "; check that the server runs and that user and password are right",
          e);
    }
    try {
      Migrations.run(pool, Dialect.POSTGRESQL, withoutSecrets(jdbcUrl));
      return pool;
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Parameters may hold a password. */
  private static String withoutSecrets(String jdbcUrl) {
    int query = jdbcUrl.indexOf('?');
    String shown = query < 0 ? jdbcUrl : jdbcUrl.substring(0, query);
    return shown.replaceFirst("//[^/@]*@", "//");
  }
}
