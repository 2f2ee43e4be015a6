package dev.weft.xds.match;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.weft.xds.model.RegexRewrite;

/** A compiled {@link RegexRewrite}: replaces every match, as RE2's global replacement does. */
public final class RegexReplacer {
  private final Pattern pattern;
  private final String substitution;

  private RegexReplacer(Pattern pattern, String substitution) {
    this.pattern = pattern;
    this.substitution = substitution;
  }

  /**
   * Compiles a rewrite.
   *
   * @throws IllegalArgumentException if the expression is not RE2, or the substitution names a
   *     group that it has not
   */
  public static RegexReplacer compile(RegexRewrite rewrite) {
    Pattern pattern = Regexes.compile(rewrite.regex());
    String text = rewrite.substitution();
    for (int i = text.indexOf('\\'); i >= 0; i = text.indexOf('\\', i + 2)) {
      char next = i + 1 < text.length() ? text.charAt(i + 1) : ' ';
      boolean group = next >= '0' && next <= '9';
      if (next != '\\' && (!group || next - '0' > pattern.groupCount())) {
        throw new IllegalArgumentException(
            "the substitution \""
                + text
                + "\" has a \\ that is neither followed by another nor by the number of a group,"
                + " 0.."
                + pattern.groupCount());
      }
    }
    return new RegexReplacer(pattern, text);
  }

  /** The text with every match replaced. */
  public String apply(CharSequence text) {
    Matcher matcher = pattern.matcher(text);
    StringBuilder out = new StringBuilder(text.length() + substitution.length());
    int length = text.length();
    int at = 0;
    int lastEnd = -1;
    while (at <= length && matcher.find(at)) {
      out.append(text, at, matcher.start());
      if (matcher.start() == lastEnd && matcher.end() == lastEnd) {
        // Nothing, right after a match, is none.
        if (lastEnd < length) {
          out.append(text.charAt(lastEnd));
        }
        at = lastEnd + 1;
        continue;
      }
      substitute(matcher, out);
      at = matcher.end();
      lastEnd = at;
    }
    if (at < length) {
      out.append(text, at, length);
    }
    return out.toString();
  }

  private void substitute(Matcher matcher, StringBuilder out) {
    for (int i = 0; i < substitution.length(); i++) {
      char c = substitution.charAt(i);
      if (c != '\\') {
        out.append(c);
        continue;
      }
      i++;
      char next = substitution.charAt(i);
      String group = next == '\\' ? "\\" : matcher.group(next - '0');
      if (group != null) {
        out.append(group);
      }
    }
  }
}
