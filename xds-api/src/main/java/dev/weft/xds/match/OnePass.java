package dev.weft.xds.match;

import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An expression of characters and classes in a row, each there once, or once at most, or repeated,
 * where each character of a text says by itself which of them it belongs to: {@code
 * /api/v[0-9]+/items/[^/]+}. Matched in one pass that allocates nothing. Texts that are not ASCII,
 * of which RE2 counts characters otherwise, are matched by RE2.
 */
final class OnePass {
  private static final int ASCII = 0x80;

  /**
   * @param low of the characters below 64, a bit each
   * @param high of the others
   */
  private record Step(long low, long high, boolean optional, boolean repeated) {
    boolean has(char c) {
      return ((c < Long.SIZE ? low >>> c : high >>> (c - Long.SIZE)) & 1) != 0;
    }

    boolean overlaps(Step other) {
      return (low & other.low) != 0 || (high & other.high) != 0;
    }
  }

  private final int known;
  private final Step[] steps;

  private OnePass(int known, List<Step> steps) {
    this.known = known;
    this.steps = steps.toArray(Step[]::new);
  }

  /**
   * For all of a text; null if the expression is not one of these.
   *
   * @param known how much of its {@link LiteralPrefix} texts are known to have
   */
  static @Nullable OnePass of(Pattern pattern, int known) {
    List<Step> steps = new Reader(pattern.pattern()).steps();
    return steps == null || !isCertain(steps)
        ? null
        : new OnePass(known, steps.subList(known, steps.size()));
  }

  /** Whether what may go on, or be left out, is nothing that what follows could begin with. */
  private static boolean isCertain(List<Step> steps) {
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      boolean open = step.optional || step.repeated;
      for (int next = i + 1; open && next < steps.size(); next++) {
        if (step.overlaps(steps.get(next))) {
          return false;
        }
        open = steps.get(next).optional;
      }
    }
    return true;
  }

  /**
   * Whether the expression matches all of a text.
   *
   * @param pattern the whole expression, for texts that are not ASCII
   */
  boolean test(CharSequence text, Pattern pattern) {
    int length = text.length();
    int at = known;
    for (Step step : steps) {
      boolean found = false;
      while (at < length) {
        char c = text.charAt(at);
        if (c >= ASCII) {
          return pattern.matcher(text).matches();
        }
        if (!step.has(c)) {
          break;
        }
        found = true;
        at++;
        if (!step.repeated) {
          break;
        }
      }
      if (!found && !step.optional) {
        return false;
      }
    }
    return at == length;
  }

  /** Whether the rest after what is known is the same, and begins at the same place. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof OnePass pass && known == pass.known && Arrays.equals(steps, pass.steps);
  }

  @Override
  public int hashCode() {
    return 31 * known + Arrays.hashCode(steps);
  }

  /** Reads what it knows of an expression that RE2 has taken. */
  private static final class Reader {
    private static final String META = "\\.[]{}()*+?|^$";
    private static final String QUANTIFIERS = "*+?{";

    private final String regex;
    private int at;
    private long low;
    private long high;

    Reader(String regex) {
      this.regex = regex;
    }

    /** Null if there is something else in it. */
    @Nullable List<Step> steps() {
      List<Step> steps = new ArrayList<>();
      int end = regex.length();
      at = regex.startsWith("^") ? 1 : 0;
      if (regex.endsWith("$") && !regex.endsWith("\\$")) {
        end--;
      }
      while (at < end) {
        low = 0;
        high = 0;
        if (!set()) {
          return null;
        }
        char quantifier = at < end ? regex.charAt(at) : 0;
        boolean known = quantifier == '*' || quantifier == '+' || quantifier == '?';
        at += known ? 1 : 0;
        if (at < end && QUANTIFIERS.indexOf(regex.charAt(at)) >= 0) {
          return null;
        }
        steps.add(
            new Step(
                low,
                high,
                quantifier == '*' || quantifier == '?',
                quantifier == '*' || quantifier == '+'));
      }
      return steps;
    }

    private boolean set() {
      char c = regex.charAt(at++);
      if (c == '.') {
        add('\n', '\n');
        return invert();
      }
      if (c == '[') {
        return bracket();
      }
      if (c == '\\') {
        return escape();
      }
      return literal(c);
    }

    private boolean literal(char c) {
      if (c >= ASCII || META.indexOf(c) >= 0) {
        return false;
      }
      add(c, c);
      return true;
    }

    private boolean escape() {
      if (at == regex.length()) {
        return false;
      }
      char c = regex.charAt(at++);
      if (c == 'd' || c == 'w') {
        add('0', '9');
        if (c == 'w') {
          add('A', 'Z');
          add('a', 'z');
          add('_', '_');
        }
        return true;
      }
      add(c, c);
      // Letters and digits after a backslash have a meaning of their own.
      return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c);
    }

    private boolean bracket() {
      int end = regex.indexOf(']', at);
      boolean inverted = at < end && regex.charAt(at) == '^';
      at += inverted ? 1 : 0;
      if (at >= end) {
        return false; // a bracket that stands first is one of the class
      }
      while (at < end) {
        char from = regex.charAt(at++);
        if (from == '\\') {
          if (at >= end || !escape()) {
            return false;
          }
          if (at + 1 < end && regex.charAt(at) == '-') {
            return false;
          }
        } else if (at + 1 < end && regex.charAt(at) == '-') {
          char to = regex.charAt(at + 1);
          if (from >= ASCII || to >= ASCII || from == '[' || to == '[' || to == '\\') {
            return false;
          }
          add(from, to);
          at += 2;
        } else if (from >= ASCII || from == '[') {
          return false; // a class with a name, perhaps
        } else {
          add(from, from);
        }
      }
      at = end + 1;
      return !inverted || invert();
    }

    private boolean invert() {
      low = ~low;
      high = ~high;
      return true;
    }

    private void add(char from, char to) {
      for (int c = from; c <= to && c < ASCII; c++) {
        if (c < Long.SIZE) {
          low |= 1L << c;
        } else {
          high |= 1L << (c - Long.SIZE);
        }
      }
    }
  }
}
