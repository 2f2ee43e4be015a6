package dev.weft.xds.codec;

import java.util.Locale;
import java.util.regex.Pattern;

/** Names and values of headers in the configuration (RFC 9110, 5.1 and 5.5). */
final class HeaderNames {
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

  private HeaderNames() {}

  /** A name to look at, pseudo-headers included; lower case. */
  static String matched(String name, DecodeScope scope) {
    String token = name.startsWith(":") ? name.substring(1) : name;
    scope.require(TOKEN.matcher(token).matches(), "\"" + name + "\" is not the name of a header");
    return name.toLowerCase(Locale.ROOT);
  }

  /** A name to add or remove: neither a pseudo-header nor the host; lower case. */
  static String changed(String name, DecodeScope scope) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.startsWith(":") || lower.equals("host")) {
      scope.problem("\"" + name + "\" cannot be changed here: use a rewrite");
    } else {
      scope.require(TOKEN.matcher(name).matches(), "\"" + name + "\" is not the name of a header");
    }
    return lower;
  }

  /** Whether it is a token, as names of headers and protocols are. */
  static boolean isName(String name) {
    return TOKEN.matcher(name).matches();
  }

  /** Whether a value can be sent: no line end, no NUL. */
  static boolean isValue(String value) {
    return value.chars().noneMatch(c -> c == '\r' || c == '\n' || c == 0);
  }
}
