package dev.weft.proxy.route;

import dev.weft.xds.model.PathMatch;
import org.jspecify.annotations.Nullable;

/** Replaces what a path match matched; the query stays. */
public final class PathRewrite {
  /** Leaves the path alone. */
  public static final PathRewrite NONE = new PathRewrite(null, 0);

  private final @Nullable String replacement;

  /** How much of the path is replaced; -1 for all of it. */
  private final int matched;

  private PathRewrite(@Nullable String replacement, int matched) {
    this.replacement = replacement;
    this.matched = matched;
  }

  /** Compiles a prefix rewrite under a match: under an exact or regex match it replaces it all. */
  public static PathRewrite compile(@Nullable String replacement, PathMatch match) {
    if (replacement == null || replacement.isEmpty()) {
      return NONE;
    }
    int matched =
        switch (match) {
          case PathMatch.Prefix(String prefix, boolean caseSensitive) -> prefix.length();
          case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
              prefix.length();
          case PathMatch.Exact exact -> -1;
          case PathMatch.Connect connect -> -1;
          case PathMatch.Regex regex -> -1;
        };
    return new PathRewrite(replacement, matched);
  }

  /** Whether there is anything to do. */
  public boolean changes() {
    return replacement != null;
  }

  /**
   * The new path.
   *
   * @param path with its query; one that matched
   */
  public String apply(CharSequence path) {
    String old = path.toString();
    if (replacement == null) {
      return old;
    }
    int query = old.indexOf('?');
    int end = matched >= 0 ? matched : query < 0 ? old.length() : query;
    return replacement + old.substring(end);
  }
}
