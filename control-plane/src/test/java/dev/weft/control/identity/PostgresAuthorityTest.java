package dev.weft.control.identity;

import dev.weft.control.store.Database;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The authority where several nodes share a PostgreSQL database. */
class PostgresAuthorityTest extends CertificateAuthorityTest {
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static EmbeddedPostgres server;

  private String url = "";

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.builder().start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void makeDatabase() throws SQLException {
    String name = "authority" + TESTS.incrementAndGet();
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    url = server.getJdbcUrl("postgres", name);
  }

  @Override
  Database database() {
    return Database.postgresql(url);
  }
}
