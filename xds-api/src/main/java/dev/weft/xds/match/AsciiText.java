package dev.weft.xds.match;

/** Comparisons of character sequences that allocate nothing; case is ASCII's. */
final class AsciiText {
  private AsciiText() {}

  static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  static String lower(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      lower.append(lower(text.charAt(i)));
    }
    return lower.toString();
  }

  /** Whether {@code part} stands at {@code offset} of {@code text}. */
  static boolean at(CharSequence text, int offset, CharSequence part, boolean ignoreCase) {
    int length = part.length();
    if (offset < 0 || text.length() - offset < length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      char a = text.charAt(offset + i);
      char b = part.charAt(i);
      if (a != b && !(ignoreCase && lower(a) == lower(b))) {
        return false;
      }
    }
    return true;
  }

  static boolean equal(CharSequence a, CharSequence b, boolean ignoreCase) {
    return a.length() == b.length() && at(a, 0, b, ignoreCase);
  }

  static boolean endsWith(CharSequence text, CharSequence end, boolean ignoreCase) {
    return at(text, text.length() - end.length(), end, ignoreCase);
  }

  static boolean contains(CharSequence text, CharSequence part, boolean ignoreCase) {
    for (int i = 0, last = text.length() - part.length(); i <= last; i++) {
      if (at(text, i, part, ignoreCase)) {
        return true;
      }
    }
    return false;
  }

  static int indexOf(CharSequence text, char c, int from, int end) {
    for (int i = from; i < end; i++) {
      if (text.charAt(i) == c) {
        return i;
      }
    }
    return -1;
  }
}
