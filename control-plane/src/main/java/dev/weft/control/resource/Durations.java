package dev.weft.control.resource;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** Durations as the Gateway API writes them (GEP-2257): {@code 1h30m}, {@code 500ms}. */
public final class Durations {
  private static final Pattern FORM = Pattern.compile("([0-9]{1,5}(h|m|s|ms)){1,4}");

  private Durations() {}

  /** Reads a duration a user gave; empty where it is none. */
  public static Optional<Duration> read(String text) {
    return FORM.matcher(text).matches() ? Optional.of(parse(text)) : Optional.empty();
  }

  /** Reads what the schema's pattern accepts. */
  static Duration parse(String text) {
    Duration sum = Duration.ZERO;
    int at = 0;
    while (at < text.length()) {
      int unit = at;
      while (unit < text.length() && Character.isDigit(text.charAt(unit))) {
        unit++;
      }
      int end = unit;
      while (end < text.length() && !Character.isDigit(text.charAt(end))) {
        end++;
      }
      long amount = Long.parseLong(text, at, unit, 10);
      sum =
          switch (text.substring(unit, end)) {
            case "h" -> sum.plusHours(amount);
            case "m" -> sum.plusMinutes(amount);
            case "s" -> sum.plusSeconds(amount);
            case "ms" -> sum.plusMillis(amount);
            default -> throw new IllegalArgumentException(text + " is not a duration; use 2s");
          };
      at = end;
    }
    return sum;
  }
}
