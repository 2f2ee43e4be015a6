package dev.weft.proxy.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What a proxy counts, as its admin interface shows it. */
public final class Statistics {
  /** Listeners are active as long as they are configured. */
  private static final Pattern GAUGE =
      Pattern.compile("(?!listener_manager\\.).*(_active|\\.circuit_breakers\\..*)");

  private final int admin;

  /**
   * @param admin the port of the admin interface
   */
  public Statistics(int admin) {
    this.admin = admin;
  }

  /** Counters and gauges by name. */
  public Map<String, Long> all() {
    Map<String, Long> values = new TreeMap<>();
    try (InputStream page =
        URI.create("http://127.0.0.1:" + admin + "/stats").toURL().openStream()) {
      for (String line : new String(page.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        int colon = line.lastIndexOf(": ");
        if (colon > 0 && line.substring(colon + 2).matches("-?\\d+")) {
          values.put(line.substring(0, colon), Long.parseLong(line.substring(colon + 2)));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return values;
  }

  /** One of them; 0 where there is none of this name. */
  public long of(String name) {
    return all().getOrDefault(name, 0L);
  }

  /**
   * What is under way or open: every gauge that is 0 where nobody asks for anything, and is not.
   */
  public Map<String, Long> unsettled() {
    Map<String, Long> values = all();
    values.entrySet().removeIf(e -> e.getValue() == 0 || !GAUGE.matcher(e.getKey()).matches());
    return values;
  }
}
