package dev.weft.xds.match;

/** What every text begins with that an expression, or a template, matches. */
final class LiteralPrefix {
  private static final String META = "\\.[]{}()*+?|^$";
  private static final String QUANTIFIERS = "*+?{";

  private LiteralPrefix() {}

  /** Of an RE2 expression that has to match all of a text; empty if nothing is certain. */
  static String ofRegex(String regex) {
    if (regex.indexOf('|') >= 0) {
      return ""; // an alternative may begin otherwise
    }
    StringBuilder prefix = new StringBuilder();
    int at = regex.startsWith("^") ? 1 : 0;
    while (at < regex.length()) {
      char c = regex.charAt(at);
      int next = at + 1;
      if (c == '\\' && next < regex.length() && isEscapedLiteral(regex.charAt(next))) {
        c = regex.charAt(next);
        next++;
      } else if (META.indexOf(c) >= 0) {
        break;
      }
      if (next < regex.length() && QUANTIFIERS.indexOf(regex.charAt(next)) >= 0) {
        break;
      }
      prefix.append(c);
      at = next;
    }
    return isPlain(prefix) ? prefix.toString() : "";
  }

  /** Of a URI template. */
  static String ofTemplate(String template) {
    int end = 0;
    while (end < template.length() && "*{".indexOf(template.charAt(end)) < 0) {
      end++;
    }
    return template.substring(0, end);
  }

  /** Letters and digits after a backslash have a meaning of their own. */
  private static boolean isEscapedLiteral(char c) {
    return c > ' ' && c < 0x7f && !Character.isLetterOrDigit(c) && c != '_';
  }

  private static boolean isPlain(CharSequence text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
