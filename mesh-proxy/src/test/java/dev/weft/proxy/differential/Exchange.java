package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a client got for one call, as text. Filled by one thread, or the loop of its connection. */
final class Exchange {
  private static final int SHOWN = 300;

  private final List<String> lines = new ArrayList<>();
  private String status = "-";
  private String body = "";

  /** Adds a head: what comes first, then its fields, sorted by name as their order is free. */
  synchronized void head(
      String first, List<Map.Entry<String, String>> fields, Scenario scenario, Masks masks) {
    lines.add("  " + masks.line(first));
    lines.addAll(fields(fields, scenario, masks));
  }

  static List<String> fields(
      List<Map.Entry<String, String>> fields, Scenario scenario, Masks masks) {
    return fields.stream()
        .filter(field -> !scenario.ignores(field.getKey().toLowerCase(Locale.ROOT)))
        .sorted(Comparator.comparing(Map.Entry::getKey))
        .map(
            field -> "    " + field.getKey() + ": " + masks.value(field.getKey(), field.getValue()))
        .toList();
  }

  synchronized void add(String line) {
    lines.add("  " + line);
  }

  /** Takes over what another has. */
  synchronized void take(Exchange other) {
    synchronized (other) {
      lines.addAll(other.lines);
    }
  }

  synchronized void result(String finalStatus, String finalBody) {
    status = finalStatus;
    body = finalBody;
  }

  /** The answer in a word or two, to be counted. */
  synchronized String share() {
    return (status + " " + body).strip();
  }

  synchronized String text(String title) {
    return title + "\n" + lines.stream().map(line -> line + "\n").collect(Collectors.joining());
  }

  /** Bytes as one readable line. */
  static String quoted(String bytes) {
    String text =
        bytes
            .chars()
            .mapToObj(
                c ->
                    c == '\r'
                        ? "\\r"
                        : c == '\n'
                            ? "\\n"
                            : c < ' ' || c > '~' ? "\\x%02x".formatted(c) : "" + (char) c)
            .collect(Collectors.joining());
    return text.length() <= SHOWN
        ? "\"" + text + "\""
        : "\""
            + text.substring(0, SHOWN)
            + "…\", "
            + bytes.length()
            + " bytes, hash "
            + bytes.hashCode();
  }
}
