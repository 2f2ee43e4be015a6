package dev.weft.control.store;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a control plane: SQLite in a folder, or PostgreSQL. Its schema is brought up to
 * date when it is opened. All work runs on a few threads of its own behind a bounded queue; when
 * that is full the work is refused with {@link DatabaseException}.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final int WORKERS = 4;
  private static final int QUEUE = 1024;

  private final Dialect dialect;
  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final ThreadPoolExecutor workers;

  private Database(Dialect dialect, HikariDataSource pool) {
    this.dialect = dialect;
    this.pool = pool;
    this.jdbi = Jdbi.create(pool);
    var queue = new ArrayBlockingQueue<Runnable>(QUEUE);
    this.workers =
        new ThreadPoolExecutor(
            WORKERS,
            WORKERS,
            30,
            TimeUnit.SECONDS,
            queue,
            Thread.ofPlatform().name("weft-db-", 0).daemon().factory());
    workers.allowCoreThreadTimeOut(true);
  }

  /**
   * Opens (or makes) {@code weft.db} in this folder. Several nodes of one host may share it.
   *
   * @throws DatabaseException when the file is damaged, from a newer version, or not writable
   */
  public static Database sqlite(Path folder) {
    return open(Dialect.SQLITE, SqliteFile.open(folder));
  }

  /**
   * Opens a PostgreSQL database.
   *
   * @param jdbcUrl {@code jdbc:postgresql://HOST:PORT/NAME?user=…&password=…}
   * @throws DatabaseException when it is not reached, or from a newer version
   */
  public static Database postgresql(String jdbcUrl) {
    return open(Dialect.POSTGRESQL, PostgresServer.open(jdbcUrl));
  }

  private static Database open(Dialect dialect, HikariDataSource pool) {
    LOG.atInfo().addKeyValue("database", dialect).log("database is open");
    return new Database(dialect, pool);
  }

  /** Which SQL is spoken. */
  public Dialect dialect() {
    return dialect;
  }

  /** Runs single statements; each sees what was committed before it. */
  public <T> CompletionStage<T> call(HandleCallback<T, RuntimeException> work) {
    return submit(() -> jdbi.withHandle(work));
  }

  /**
   * Runs a transaction. On SQLite it holds the database's write lock from its start; on PostgreSQL
   * it runs at READ COMMITTED and locks what it needs itself.
   */
  public <T> CompletionStage<T> transact(HandleCallback<T, RuntimeException> work) {
    return submit(() -> jdbi.inTransaction(work));
  }

  /** Like {@link #transact}, on the calling thread; for starting up, never on an event loop. */
  public <T> T transactNow(HandleCallback<T, RuntimeException> work) {
    try {
      return jdbi.inTransaction(work);
    } catch (RuntimeException e) {
      throw failure(e);
    }
  }

  /** Whether a statement can be run now. */
  public CompletionStage<Boolean> ping() {
    return call(Database::selectOne).exceptionally(_ -> false);
  }

  private static boolean selectOne(Handle handle) {
    return handle.createQuery("SELECT 1").mapTo(Integer.class).one() == 1;
  }

  private <T> CompletionStage<T> submit(Work<T> work) {
    var result = new CompletableFuture<T>();
    try {
      workers.execute(
          () -> {
            try {
              result.complete(work.run());
            } catch (RuntimeException e) {
              result.completeExceptionally(failure(e));
            } catch (Error e) {
              result.completeExceptionally(e);
              throw e;
            }
          });
    } catch (RejectedExecutionException e) {
      String why =
          workers.isShutdown()
              ? "the database is closed; the control plane is stopping"
              : "the database has " + QUEUE + " calls waiting; try again later";
      result.completeExceptionally(new DatabaseException(why, e));
    }
    return result;
  }

  private DatabaseException failure(RuntimeException e) {
    return e instanceof DatabaseException known ? known : dialect.explain(e);
  }

  /** Lets running work finish for at most 10 s, then closes every connection. */
  @Override
  public void close() {
    workers.shutdown();
    try {
      if (!workers.awaitTermination(10, TimeUnit.SECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    pool.close();
  }

  private interface Work<T> {
    T run();
  }
}
