package dev.weft.proxy.http;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Escapes in a path that servers read in more than one way: NUL, UTF-8 that is longer than it has
 * to be, slashes.
 */
final class EscapedPath {
  /** The first byte of an overlong sequence, and the smallest second byte that makes it none. */
  private static final int[][] OVERLONG = {
    {0xC0, 0xC0}, {0xC1, 0xC0}, {0xE0, 0xA0}, {0xF0, 0x90}, {0xF8, 0x88}, {0xFC, 0x84}
  };

  private EscapedPath() {}

  /**
   * Whether a path, its query left aside, ends early for some servers ({@code %00}), or has other
   * characters for some than for others, {@code %C0%AF} for a slash say (RFC 3629, section 3).
   */
  static boolean isAmbiguous(CharSequence path) {
    int at = AsciiString.indexOf(path, '%', 0);
    int end = at < 0 ? 0 : end(path);
    while (at >= 0 && at < end) {
      int code = code(path, at, end);
      if (code == 0 || code >= 0xC0 && isOverlong(code, code(path, at + 3, end))) {
        return true;
      }
      at = AsciiString.indexOf(path, '%', at + 1);
    }
    return false;
  }

  private static boolean isOverlong(int first, int second) {
    for (int[] overlong : OVERLONG) {
      if (first == overlong[0]) {
        return second >= 0x80 && second < overlong[1];
      }
    }
    return false;
  }

  /** The path with {@code %2F} and {@code %5C} as what they stand for; null if it has none. */
  static @Nullable String withSlashes(CharSequence path) {
    int at = AsciiString.indexOf(path, '%', 0);
    int end = at < 0 ? 0 : end(path);
    StringBuilder plain = null;
    int copied = 0;
    while (at >= 0 && at < end) {
      int code = code(path, at, end);
      if (code == '/' || code == '\\') {
        plain = plain == null ? new StringBuilder(path.length()) : plain;
        plain.append(path, copied, at).append((char) code);
        copied = at + 3;
      }
      at = AsciiString.indexOf(path, '%', at + 1);
    }
    return plain == null ? null : plain.append(path, copied, path.length()).toString();
  }

  private static int end(CharSequence path) {
    int mark = AsciiString.indexOf(path, '?', 0);
    return mark < 0 ? path.length() : mark;
  }

  /** The byte that is escaped here, or -1. */
  static int code(CharSequence path, int at, int end) {
    if (at + 2 >= end || path.charAt(at) != '%') {
      return -1;
    }
    int high = Character.digit(path.charAt(at + 1), 16);
    int low = Character.digit(path.charAt(at + 2), 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
