package dev.weft.xds.codec;

import dev.weft.xds.match.Regexes;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.type.matcher.v3.PathMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;

/** {@code envoy.type.matcher.v3.StringMatcher}, {@code PathMatcher} and {@code RegexMatcher}. */
final class StringMatches {
  private StringMatches() {}

  static StringMatch decode(StringMatcher matcher, DecodeScope scope) {
    boolean ignoreCase = matcher.getIgnoreCase();
    return switch (matcher.getMatchPatternCase()) {
      case EXACT -> new StringMatch.Exact(matcher.getExact(), ignoreCase);
      case PREFIX ->
          new StringMatch.Prefix(Wire.text(matcher.getPrefix(), scope.at("prefix")), ignoreCase);
      case SUFFIX ->
          new StringMatch.Suffix(Wire.text(matcher.getSuffix(), scope.at("suffix")), ignoreCase);
      case CONTAINS ->
          new StringMatch.Contains(
              Wire.text(matcher.getContains(), scope.at("contains")), ignoreCase);
      case SAFE_REGEX ->
          new StringMatch.Regex(regex(matcher.getSafeRegex(), scope.at("safe_regex")));
      case CUSTOM -> new StringMatch.Exact("", false); // refused by the field policy
      case MATCHPATTERN_NOT_SET -> {
        scope.problem("must have one of exact, prefix, suffix, safe_regex and contains");
        yield new StringMatch.Exact("", false);
      }
    };
  }

  static StringMatch path(PathMatcher matcher, DecodeScope scope) {
    scope.require(matcher.hasPath(), "must have a path");
    return matcher.hasPath()
        ? decode(matcher.getPath(), scope.at("path"))
        : new StringMatch.Exact("", false);
  }

  static StringMatcher encode(StringMatch match) {
    StringMatcher.Builder matcher = StringMatcher.newBuilder();
    switch (match) {
      case StringMatch.Exact(String value, boolean ignoreCase) ->
          matcher.setExact(value).setIgnoreCase(ignoreCase);
      case StringMatch.Prefix(String value, boolean ignoreCase) ->
          matcher.setPrefix(value).setIgnoreCase(ignoreCase);
      case StringMatch.Suffix(String value, boolean ignoreCase) ->
          matcher.setSuffix(value).setIgnoreCase(ignoreCase);
      case StringMatch.Contains(String value, boolean ignoreCase) ->
          matcher.setContains(value).setIgnoreCase(ignoreCase);
      case StringMatch.Regex(String regex) -> matcher.setSafeRegex(regex(regex));
    }
    return matcher.build();
  }

  static String regex(RegexMatcher matcher, DecodeScope scope) {
    isRegex(matcher, scope);
    return matcher.getRegex();
  }

  /** Whether this is an expression; notes a problem if not. */
  static boolean isRegex(RegexMatcher matcher, DecodeScope scope) {
    if (!scope.require(!matcher.getRegex().isEmpty(), "must have a regex")) {
      return false;
    }
    try {
      Regexes.compile(matcher.getRegex());
      return true;
    } catch (IllegalArgumentException e) {
      scope.problem(String.valueOf(e.getMessage()));
      return false;
    }
  }

  static RegexMatcher regex(String regex) {
    return RegexMatcher.newBuilder().setRegex(regex).build();
  }
}
