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

  /** The inverse, in whole seconds. */
  static String text(Duration time) {
    return time.toSeconds() + "s";
  }
}
