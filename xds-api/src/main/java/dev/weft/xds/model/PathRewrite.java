package dev.weft.xds.model;

/** What becomes of a path on the way to a cluster; its query stays. */
public sealed interface PathRewrite {
  /** What a prefix match matched is replaced; under other matches all of it. */
  record Prefix(String prefix) implements PathRewrite {}

  /** Each part that matches is replaced. */
  record Regex(RegexRewrite rewrite) implements PathRewrite {}

  /** A template with the variables of the {@link PathMatch.Template} that matched. */
  record Template(String template) implements PathRewrite {}
}
