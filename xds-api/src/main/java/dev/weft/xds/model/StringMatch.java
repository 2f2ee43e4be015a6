package dev.weft.xds.model;

/** A condition on a string ({@code envoy.type.matcher.v3.StringMatcher}). */
public sealed interface StringMatch {
  record Exact(String value, boolean ignoreCase) implements StringMatch {}

  record Prefix(String value, boolean ignoreCase) implements StringMatch {}

  record Suffix(String value, boolean ignoreCase) implements StringMatch {}

  record Contains(String value, boolean ignoreCase) implements StringMatch {}

  /** The whole string matches this RE2 expression. */
  record Regex(String regex) implements StringMatch {}
}
