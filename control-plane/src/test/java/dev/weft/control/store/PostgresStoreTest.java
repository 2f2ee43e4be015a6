package dev.weft.control.store;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PostgresStoreTest extends StoreContract {
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

  @Override
  @BeforeEach
  void start() {
    String name = "t" + TESTS.incrementAndGet();
    try (var connection = server.getPostgresDatabase().getConnection();
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    url = server.getJdbcUrl("postgres", name);
    super.start();
  }

  @Override
  Database open() {
    return Database.postgresql(url);
  }

  @Test
  void aServerThatIsNotThereIsNamedWithoutItsPassword() {
    assertThatThrownBy(
            () -> Database.postgresql("jdbc:postgresql://127.0.0.1:1/weft?user=u&password=secret"))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("cannot reach the database jdbc:postgresql://127.0.0.1:1/weft:")
        .hasMessageNotContaining("secret");
  }

  @Test
  void anotherKindOfDatabaseIsRefused() {
    assertThatThrownBy(() -> Database.postgresql("jdbc:mysql://h/d"))
        .hasMessageContaining("is not supported; use jdbc:postgresql:");
  }
}
