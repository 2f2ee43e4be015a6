package dev.weft.xds.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.function.Predicate;

/** Regular expressions of the configuration: RE2, so that none takes exponential time. */
public final class Regexes {
  private Regexes() {}

  /**
   * Compiles an expression.
   *
   * @throws IllegalArgumentException if RE2 does not take it; the message says why
   */
  public static Pattern compile(String regex) {
    RegexSize.check(regex);
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "the regular expression \"" + regex + "\" is not one of RE2: " + e.getMessage(), e);
    }
  }

  /**
   * Whether an expression matches all of a text. Those that need one pass only allocate nothing.
   *
   * @throws IllegalArgumentException as {@link #compile}
   */
  static Predicate<CharSequence> matching(String regex) {
    Pattern pattern = compile(regex);
    OnePass pass = OnePass.of(pattern, 0);
    return pass != null
        ? text -> pass.test(text, pattern)
        : text -> pattern.matcher(text).matches();
  }
}
