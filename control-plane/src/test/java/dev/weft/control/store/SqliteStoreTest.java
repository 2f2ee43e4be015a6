package dev.weft.control.store;

import static dev.weft.control.store.Examples.put;
import static dev.weft.control.store.Examples.service;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.control.store.ApplyResult.Applied;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteStoreTest extends StoreContract {
  @TempDir private Path folder;

  @Override
  Database open() {
    return Database.sqlite(folder);
  }

  @Test
  void onlyTheOwnerMayReadTheFile() throws IOException {
    assertThat(
            PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("weft.db"))))
        .isEqualTo("rw-------");
  }

  @Test
  void nodesMayStartAtOnceOnAnEmptyFolder(@TempDir Path fresh) {
    List<CompletableFuture<Database>> starting =
        IntStream.range(0, 3)
            .mapToObj(_ -> CompletableFuture.supplyAsync(() -> Database.sqlite(fresh)))
            .toList();

    starting.forEach(each -> now(each).close());
  }

  @Test
  void aTornFileIsRefused(@TempDir Path torn) throws IOException {
    fill(torn);
    try (var file = new RandomAccessFile(torn.resolve("weft.db").toFile(), "rw")) {
      file.seek(8192);
      file.write(new byte[30_000]);
    }

    assertThatThrownBy(() -> Database.sqlite(torn))
        .isInstanceOf(DatabaseException.class)
        .hasMessageContaining("weft.db is damaged")
        .hasMessageContaining("restore it from a backup");
  }

  @Test
  void aFileThatIsNoDatabaseIsRefused(@TempDir Path foreign) throws IOException {
    Files.writeString(
        foreign.resolve("weft.db"), "hello, I am a text, and quite a long one\n".repeat(99));

    assertThatThrownBy(() -> Database.sqlite(foreign)).hasMessageContaining("is damaged");
  }

  /** The file is well-formed SQLite, but a document is not what was written. */
  @Test
  void aFlippedBitInADocumentIsRefused(@TempDir Path flipped) throws Exception {
    fill(flipped);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + flipped.resolve("weft.db"));
        var statement = connection.createStatement()) {
      statement.execute("UPDATE resources SET document = replace(document, '1001', '1003')");
    }

    try (Database database = Database.sqlite(flipped)) {
      assertThatThrownBy(() -> load(database))
          .isInstanceOf(DatabaseException.class)
          .hasMessageContaining("Service default/s1 is damaged");
    }
  }

  @Test
  void aSchemaFromANewerVersionIsRefused(@TempDir Path newer) throws Exception {
    fill(newer);
    try (var connection = DriverManager.getConnection("jdbc:sqlite:" + newer.resolve("weft.db"));
        var statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO weft_schema SELECT 99, '99', 'later', type, 'V99__later.sql', checksum,"
              + " installed_by, installed_on, execution_time, success FROM weft_schema WHERE"
              + " version = '1'");
    }

    assertThatThrownBy(() -> Database.sqlite(newer)).hasMessageContaining("newer version");
  }

  /** What a process was told is on disk is there after it is killed, whenever that is. */
  @Test
  void nothingAcknowledgedIsLostWhenTheWriterIsKilled(@TempDir Path data) throws Exception {
    long acknowledged = 0;
    for (int round = 0; round < 3; round++) {
      Process writer =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  data.toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      try (BufferedReader lines = writer.inputReader()) {
        for (int seen = 0; seen < 20 + 13 * round; seen++) {
          acknowledged = acknowledged(lines, acknowledged);
        }
        // By its handle, which leaves the pipe to be read to its end.
        writer.toHandle().destroyForcibly();
        for (String rest = lines.readLine(); rest != null; rest = lines.readLine()) {
          acknowledged = Math.max(acknowledged, number(rest));
        }
      } finally {
        writer.destroyForcibly();
      }
      assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();

      try (Database database = Database.sqlite(data);
          SqlConfigStore store = load(database)) {
        // At most the one change that was under way is there besides.
        assertThat(store.current().revision()).isBetween(acknowledged, acknowledged + 1);
        assertThat(now(store.history(null, null, 1000))).hasSize((int) store.current().revision());
        acknowledged = store.current().revision();
      }
    }
  }

  /** The next revision the writer says is on disk. */
  private static long acknowledged(BufferedReader lines, long before) throws IOException {
    while (true) {
      String line = lines.readLine();
      assertThat(line).as("a line of the writer").isNotNull();
      if (number(line) > before) {
        return number(line);
      }
    }
  }

  private static long number(String line) {
    // A kill may cut the last line short; a number without its end is no acknowledgement.
    return line.startsWith("applied ") && line.endsWith(".")
        ? Long.parseLong(line.substring("applied ".length(), line.length() - 1))
        : 0;
  }

  /** Writes without end, saying what is on disk. */
  static final class Writer {
    public static void main(String[] args) {
      Database database = Database.sqlite(Path.of(args[0]));
      SqlConfigStore store = load(database);
      for (int i = 0; ; i = (i + 1) % 1000) {
        var result = now(store.apply(put(service("s" + i % 7, 1 + i)), null, "writer"));
        if (result instanceof Applied applied) {
          System.out.println("applied " + applied.revision() + ".");
        }
      }
    }
  }

  private static void fill(Path folder) {
    try (Database database = Database.sqlite(folder);
        SqlConfigStore store = load(database)) {
      for (int i = 0; i < 40; i++) {
        now(store.apply(put(service("s" + i, 1000 + i)), null, "filler"));
      }
    }
  }

  private static SqlConfigStore load(Database database) {
    return SqlConfigStore.open(database, Examples.READER, Duration.ofHours(1), Clock.systemUTC());
  }
}
