package dev.weft.xds.format;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAccessor;
import java.time.temporal.WeekFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A pattern of strftime's conversions with Envoy's {@code %f}, {@code %3f} and {@code %E3S}. */
public final class TimePattern {
  /** What Envoy writes without a pattern: ISO 8601 with milliseconds. */
  public static final String DEFAULT = "%Y-%m-%dT%H:%M:%E3SZ";

  private static final int FINEST = 9;

  private interface Step {
    void write(ZonedDateTime time, StringBuilder out);
  }

  private final List<Step> steps = new ArrayList<>();

  private TimePattern(String pattern) {
    int at = 0;
    while (at < pattern.length()) {
      int percent = pattern.indexOf('%', at);
      if (percent < 0) {
        percent = pattern.length();
      }
      if (percent > at) {
        String literal = pattern.substring(at, percent);
        steps.add((time, out) -> out.append(literal));
      }
      at = percent == pattern.length() ? percent : conversion(pattern, percent + 1);
    }
  }

  /**
   * Compiles a pattern; an empty one is {@link #DEFAULT}.
   *
   * @throws IllegalArgumentException naming a conversion that is not known
   */
  public static TimePattern compile(String pattern) {
    return new TimePattern(pattern.isEmpty() ? DEFAULT : pattern);
  }

  static @Nullable String problem(String pattern) {
    try {
      compile(pattern);
      return null;
    } catch (IllegalArgumentException e) {
      return e.getMessage();
    }
  }

  /** Writes a moment. */
  public void write(long epochMillis, long nanosOfMilli, ZoneId zone, StringBuilder out) {
    ZonedDateTime time =
        java.time.Instant.ofEpochMilli(epochMillis).plusNanos(nanosOfMilli).atZone(zone);
    for (int i = 0; i < steps.size(); i++) {
      steps.get(i).write(time, out);
    }
  }

  /** Adds the conversion that begins here, after its percent sign; where the next part begins. */
  private int conversion(String pattern, int at) {
    if (at == pattern.length()) {
      throw new IllegalArgumentException("ends in the middle of a conversion of time");
    }
    char c = pattern.charAt(at);
    if (c == 'E') {
      return extended(pattern, at + 1);
    }
    if (c >= '1' && c <= '9' && pattern.startsWith("f", at + 1)) {
      steps.add(fraction(c - '0'));
      return at + 2;
    }
    steps.add(c == 'f' ? fraction(FINEST) : step(c));
    return at + 1;
  }

  /** {@code %E3S}, {@code %E*S}, {@code %E3f}, {@code %Ez}, {@code %E4Y}. */
  private int extended(String pattern, int at) {
    if (pattern.startsWith("z", at)) {
      steps.add(formatted(DateTimeFormatter.ofPattern("xxx", Locale.ROOT)));
      return at + 1;
    }
    if (pattern.startsWith("4Y", at)) {
      steps.add(step('Y'));
      return at + 2;
    }
    if (at + 1 < pattern.length()) {
      char digits = pattern.charAt(at);
      char unit = pattern.charAt(at + 1);
      if ((digits == '*' || digits >= '0' && digits <= '9') && (unit == 'S' || unit == 'f')) {
        if (unit == 'S') {
          steps.add(step('S'));
        }
        steps.add(digits == '*' ? trimmedFraction(unit == 'S') : pointed(digits - '0', unit));
        return at + 2;
      }
    }
    throw unknown("E" + (at < pattern.length() ? pattern.charAt(at) : ""));
  }

  private static Step pointed(int digits, char unit) {
    Step fraction = fraction(digits);
    if (unit == 'f' || digits == 0) {
      return fraction;
    }
    return (time, out) -> fraction.write(time, out.append('.'));
  }

  private static Step fraction(int digits) {
    int divisor = (int) Math.pow(10, FINEST - digits);
    return (time, out) -> {
      if (digits > 0) {
        padded(time.getNano() / divisor, digits, '0', out);
      }
    };
  }

  private static Step trimmedFraction(boolean point) {
    return (time, out) -> {
      int nanos = time.getNano();
      if (nanos == 0) {
        out.append(point ? "" : "0");
        return;
      }
      if (point) {
        out.append('.');
      }
      padded(nanos, FINEST, '0', out);
      while (out.charAt(out.length() - 1) == '0') {
        out.setLength(out.length() - 1);
      }
    };
  }

  private static Step step(char conversion) {
    return switch (conversion) {
      case 'Y' -> (time, out) -> out.append(time.getYear());
      case 'C' -> (time, out) -> padded(time.getYear() / 100, 2, '0', out);
      case 'y' -> (time, out) -> padded(time.getYear() % 100, 2, '0', out);
      case 'm' -> number(ChronoField.MONTH_OF_YEAR, 2, '0');
      case 'd' -> number(ChronoField.DAY_OF_MONTH, 2, '0');
      case 'e' -> number(ChronoField.DAY_OF_MONTH, 2, ' ');
      case 'j' -> number(ChronoField.DAY_OF_YEAR, 3, '0');
      case 'H' -> number(ChronoField.HOUR_OF_DAY, 2, '0');
      case 'k' -> number(ChronoField.HOUR_OF_DAY, 2, ' ');
      case 'I' -> number(ChronoField.CLOCK_HOUR_OF_AMPM, 2, '0');
      case 'l' -> number(ChronoField.CLOCK_HOUR_OF_AMPM, 2, ' ');
      case 'M' -> number(ChronoField.MINUTE_OF_HOUR, 2, '0');
      case 'S' -> number(ChronoField.SECOND_OF_MINUTE, 2, '0');
      case 's' -> (time, out) -> out.append(time.toEpochSecond());
      case 'p' -> (time, out) -> out.append(time.getHour() < 12 ? "AM" : "PM");
      case 'P' -> (time, out) -> out.append(time.getHour() < 12 ? "am" : "pm");
      case 'u' -> number(ChronoField.DAY_OF_WEEK, 1, '0');
      case 'w' -> (time, out) -> out.append(time.getDayOfWeek().getValue() % 7);
      case 'U' ->
          (time, out) -> padded(time.get(WeekFields.SUNDAY_START.weekOfYear()), 2, '0', out);
      case 'V' -> (time, out) -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2, '0', out);
      case 'G' -> (time, out) -> out.append(time.get(IsoFields.WEEK_BASED_YEAR));
      case 'g' -> (time, out) -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2, '0', out);
      case 'a' -> text(ChronoField.DAY_OF_WEEK, TextStyle.SHORT);
      case 'A' -> text(ChronoField.DAY_OF_WEEK, TextStyle.FULL);
      case 'b', 'h' -> text(ChronoField.MONTH_OF_YEAR, TextStyle.SHORT);
      case 'B' -> text(ChronoField.MONTH_OF_YEAR, TextStyle.FULL);
      case 'z' -> formatted(DateTimeFormatter.ofPattern("xx", Locale.ROOT));
      case 'Z' -> zone();
      case 'D', 'x' -> joined("%m/%d/%y");
      case 'F' -> joined("%Y-%m-%d");
      case 'T', 'X' -> joined("%H:%M:%S");
      case 'R' -> joined("%H:%M");
      case 'r' -> joined("%I:%M:%S %p");
      case 'c' -> joined("%a %b %e %H:%M:%S %Y");
      case 't' -> (time, out) -> out.append('\t');
      case '%' -> (time, out) -> out.append('%');
      default -> throw unknown(String.valueOf(conversion));
    };
  }

  private static Step zone() {
    DateTimeFormatter name = DateTimeFormatter.ofPattern("zzz", Locale.ENGLISH);
    return (time, out) -> {
      String text = name.format(time);
      out.append(text.equals("Z") ? "UTC" : text);
    };
  }

  private static Step joined(String pattern) {
    List<Step> parts = compile(pattern).steps;
    return (time, out) -> parts.forEach(part -> part.write(time, out));
  }

  private static Step number(ChronoField field, int width, char pad) {
    return (time, out) -> padded(time.get(field), width, pad, out);
  }

  private static Step text(ChronoField field, TextStyle style) {
    return formatted(
        new DateTimeFormatterBuilder().appendText(field, style).toFormatter(Locale.ENGLISH));
  }

  private static Step formatted(DateTimeFormatter formatter) {
    return (time, out) -> formatter.formatTo((TemporalAccessor) time, out);
  }

  private static void padded(int value, int width, char pad, StringBuilder out) {
    String digits = Integer.toString(value);
    out.repeat(pad, Math.max(0, width - digits.length())).append(digits);
  }

  private static IllegalArgumentException unknown(String conversion) {
    return new IllegalArgumentException("has %" + conversion + ", which is no conversion of time");
  }
}
