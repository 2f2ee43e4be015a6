package dev.weft.proxy.telemetry;

import org.jspecify.annotations.Nullable;

/** Puts values into a log line so that nothing a stranger sends can break out of it. */
record LineWriter(StringBuilder out) {
  private static final char[] HEX = "0123456789abcdef".toCharArray();

  /** Text of the format itself. */
  void literal(String text) {
    out.append(text);
  }

  /** A value in a text line: {@code -} for none, control characters and quotes escaped. */
  void text(@Nullable Object value) {
    switch (value) {
      case null -> out.append('-');
      case Number number -> out.append(number.longValue());
      default -> escaped(value.toString());
    }
  }

  /** A value in JSON: null, a number, or a string. */
  void json(@Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case Number number -> out.append(number.longValue());
      default -> {
        out.append('"');
        escaped(value.toString());
        out.append('"');
      }
    }
  }

  private void escaped(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029') {
            out.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
              out.append(HEX[(c >> shift) & 0xf]);
            }
          } else {
            out.append(c);
          }
        }
      }
    }
  }
}
