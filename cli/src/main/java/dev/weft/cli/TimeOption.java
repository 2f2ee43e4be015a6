package dev.weft.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code 30s}, {@code 15m}, {@code 24h}, {@code 7d}. */
final class TimeOption implements ITypeConverter<Duration> {
  @Override
  public Duration convert(String value) {
    String text = value.toUpperCase(Locale.ROOT);
    try {
      Duration time = Duration.parse(text.endsWith("D") ? "P" + text : "PT" + text);
      if (!time.isNegative()) {
        return time;
      }
    } catch (DateTimeParseException e) {
      // said below
    }
    throw new TypeConversionException("'" + value + "' is not a time such as 30s, 15m, 24h or 7d");
  }

  /** A duration as the control plane reads it (GEP-2257): {@code 1h30m}, {@code 500ms}. */
  static String text(Duration time) {
    StringBuilder text = new StringBuilder();
    part(text, time.toHours(), "h");
    part(text, time.toMinutesPart(), "m");
    part(text, time.toSecondsPart(), "s");
    part(text, time.toMillisPart(), "ms");
    return text.isEmpty() ? "0s" : text.toString();
  }

  private static void part(StringBuilder text, long amount, String unit) {
    if (amount > 0) {
      text.append(amount).append(unit);
    }
  }
}
