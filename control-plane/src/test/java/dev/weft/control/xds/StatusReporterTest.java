package dev.weft.control.xds;

import static dev.weft.control.xds.MeshNode.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weft.control.Logged;
import dev.weft.control.store.Database;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A real table, which is gone for a while. */
class StatusReporterTest {
  @TempDir Path folder;
  @RegisterExtension final Logged failures = new Logged(PushQueue.class, Level.ERROR);
  private final Vertx vertx = Vertx.vertx();
  private final ProxyRegistry proxies = new ProxyRegistry(new HandClock());
  private Database database;
  private StatusTable table;
  private StatusReporter reporter;

  @BeforeEach
  void open() {
    database = Database.sqlite(folder);
    table = new StatusTable(database, "one");
    reporter = new StatusReporter(vertx, proxies, table);
    proxies.observe(reporter);
  }

  @AfterEach
  void close() throws Exception {
    get(vertx.close());
    database.close();
  }

  @Test
  void whatTheDatabaseDidNotTakeIsWrittenWhenItIsBack() throws Exception {
    get(rename("proxy_status", "away"));
    IdleStream lost = IdleStream.of("1");
    proxies.connected(lost);
    proxies.connected(IdleStream.of("2"));
    await().until(() -> failures.events().size() >= 1);
    proxies.disconnected(lost, true);
    await().until(() -> failures.events().size() >= 2);

    get(rename("away", "proxy_status"));

    // As it is by then: what was lost meanwhile is not written, and nothing more has happened.
    await().until(() -> get(table.listAll()).keySet().equals(Set.of("sidecar~shop~catalog~2")));
  }

  @Test
  void whatWaitsForTheNextTryIsWrittenAtTheEnd() throws Exception {
    get(rename("proxy_status", "away"));
    proxies.connected(IdleStream.of("1"));
    await().until(() -> failures.events().size() >= 1);
    get(rename("away", "proxy_status"));

    get(reporter.close());

    assertThat(get(table.listAll())).containsOnlyKeys("sidecar~shop~catalog~1");
  }

  private CompletionStage<Integer> rename(String from, String to) {
    return database.call(handle -> handle.execute("ALTER TABLE " + from + " RENAME TO " + to));
  }
}
