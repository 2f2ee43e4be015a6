package dev.weft.xds.match;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

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
}
