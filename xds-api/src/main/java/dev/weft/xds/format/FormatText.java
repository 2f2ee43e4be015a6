package dev.weft.xds.format;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A text with command operators, taken apart. */
public final class FormatText {
  private static final Pattern COMMAND =
      Pattern.compile("%([A-Z0-9_]+)(?:\\(([^)]*)\\))?(?::([0-9]+))?%");
  private static final int LONGEST = 9;

  private FormatText() {}

  /** Literal text, or something that an exchange gives. */
  public sealed interface Part {}

  /** Stands for itself. */
  public record Literal(String text) implements Part {}

  /**
   * An operator.
   *
   * @param operand what stood in parentheses; null or empty for nothing
   * @param length how much of its text is shown; -1 for all
   */
  public record Command(Operator operator, @Nullable String operand, int length) implements Part {
    /** What stood in parentheses, empty for nothing. */
    public String text() {
      return operand == null ? "" : operand;
    }
  }

  /**
   * Takes a text apart; literal parts are not empty and never follow each other.
   *
   * @throws IllegalArgumentException naming the operator that is unknown, wrong or not closed
   */
  public static List<Part> parse(String format) {
    List<Part> parts = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    Matcher matcher = COMMAND.matcher(format);
    int at = 0;
    while (at < format.length()) {
      char c = format.charAt(at);
      if (c != '%') {
        literal.append(c);
        at++;
      } else if (format.startsWith("%%", at)) {
        literal.append('%');
        at += 2;
      } else {
        Command command = command(format, at, matcher);
        if (!literal.isEmpty()) {
          parts.add(new Literal(literal.toString()));
          literal.setLength(0);
        }
        parts.add(command);
        at = matcher.end();
      }
    }
    if (!literal.isEmpty()) {
      parts.add(new Literal(literal.toString()));
    }
    return List.copyOf(parts);
  }

  private static Command command(String format, int at, Matcher matcher) {
    if (!matcher.region(at, format.length()).lookingAt()) {
      throw new IllegalArgumentException(
          "\""
              + format.substring(at, Math.min(format.length(), at + 20))
              + "\" is no command operator, or is not closed by a %: write %% for %");
    }
    String text = matcher.group();
    Operator operator = Operator.of(matcher.group(1));
    if (operator == null) {
      throw new IllegalArgumentException("the command operator " + text + " is not supported");
    }
    String length = matcher.group(3);
    String problem =
        length != null && length.length() > LONGEST
            ? "has a length that is too great"
            : operator.operands().problem(matcher.group(2), length != null);
    if (problem != null) {
      throw new IllegalArgumentException("the command operator " + text + " " + problem);
    }
    return new Command(operator, matcher.group(2), length == null ? -1 : Integer.parseInt(length));
  }
}
