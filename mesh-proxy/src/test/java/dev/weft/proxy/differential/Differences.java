package dev.weft.proxy.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The deliberate differences that docs/envoy-differences.md has a row for. */
final class Differences {
  private static final Path TABLE = Path.of("..", "docs", "envoy-differences.md");
  private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z0-9-]+)` \\|");

  private Differences() {}

  /** Their keys. */
  static Set<String> documented() throws IOException {
    Set<String> keys = new TreeSet<>();
    Matcher row = ROW.matcher(Files.readString(TABLE));
    while (row.find()) {
      keys.add(row.group(1));
    }
    return keys;
  }
}
