package dev.weft.xds.match;

import dev.weft.xds.model.StringMatch;
import java.util.function.Predicate;

/**
 * A compiled {@link StringMatch}. Immutable; only regular expressions that need more than one pass
 * allocate when they match, and their time is linear in the text (RE2).
 */
@FunctionalInterface
public interface StringMatcher extends Predicate<CharSequence> {
  /**
   * Compiles a condition.
   *
   * @throws IllegalArgumentException if it is a regular expression that RE2 does not take; a
   *     decoded resource never has one
   */
  static StringMatcher compile(StringMatch match) {
    return switch (match) {
      case StringMatch.Exact(String value, boolean ignoreCase) ->
          text -> AsciiText.equal(text, value, ignoreCase);
      case StringMatch.Prefix(String value, boolean ignoreCase) ->
          text -> AsciiText.at(text, 0, value, ignoreCase);
      case StringMatch.Suffix(String value, boolean ignoreCase) ->
          text -> AsciiText.endsWith(text, value, ignoreCase);
      case StringMatch.Contains(String value, boolean ignoreCase) ->
          text -> AsciiText.contains(text, value, ignoreCase);
      case StringMatch.Regex(String regex) -> Regexes.matching(regex)::test;
    };
  }
}
