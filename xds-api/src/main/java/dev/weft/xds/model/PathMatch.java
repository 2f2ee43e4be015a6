package dev.weft.xds.model;

/** A condition on the path, without its query. */
public sealed interface PathMatch {
  /** Starts with these characters. */
  record Prefix(String prefix, boolean caseSensitive) implements PathMatch {}

  /** Is exactly this. */
  record Exact(String path, boolean caseSensitive) implements PathMatch {}

  /** Is this, or starts with it followed by a slash; without a slash at its end. */
  record PathSeparatedPrefix(String prefix, boolean caseSensitive) implements PathMatch {}

  /** Whatever it asks for, it is a CONNECT (RFC 9110, section 9.3.6): no other matches those. */
  record Connect() implements PathMatch {}

  /** The whole path matches this RE2 expression. */
  record Regex(String regex) implements PathMatch {}

  /**
   * Matches a URI template ({@code envoy.extensions.path.match.uri_template}): {@code *} is one
   * segment, {@code **} any number of them, {@code {name}} and {@code {name=pattern}} are
   * variables.
   */
  record Template(String template) implements PathMatch {}
}
