package dev.weft.proxy.differential;

import static dev.weft.proxy.testkit.Soon.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;

/** A file that a proxy writes lines to. */
final class GrowingFile {
  /** Lines that do not come in this time do not come. */
  private static final Duration TIME = Duration.ofSeconds(3);

  private final Path path;
  private int read;

  GrowingFile(Path path) {
    this.path = path;
  }

  /** What it got since it was asked last, once it is so many lines. */
  List<String> fresh(int lines) throws IOException {
    try {
      await("lines of " + path.getFileName())
          .atMost(TIME)
          .until(() -> lines().size() >= read + lines);
    } catch (ConditionTimeoutException e) {
      // What is missing will be seen.
    }
    List<String> all = lines();
    List<String> fresh = List.copyOf(all.subList(read, all.size()));
    read = all.size();
    return fresh;
  }

  private List<String> lines() throws IOException {
    if (!Files.exists(path)) {
      return List.of();
    }
    String text = Files.readString(path, StandardCharsets.ISO_8859_1);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }
}
