package dev.weft.xds.match;

/**
 * Estimates from above how large an expression becomes when its counted repetitions are unrolled,
 * and how deep it nests: a few characters could otherwise ask for gigabytes, or for more stack than
 * there is.
 */
final class RegexSize {
  private static final int MAX_SIZE = 50_000;
  private static final int MAX_DEPTH = 250;

  private final String regex;
  private int at;

  private RegexSize(String regex) {
    this.regex = regex;
  }

  /**
   * @throws IllegalArgumentException if the expression is beyond a bound; whether it is well formed
   *     is not looked at
   */
  static void check(String regex) {
    new RegexSize(regex).sequence(0);
  }

  /** The size up to the end or the parenthesis that closes this group. */
  private long sequence(int depth) {
    require(depth <= MAX_DEPTH, "nests more than " + MAX_DEPTH + " deep");
    long size = 0;
    long atom = 0;
    while (at < regex.length()) {
      char c = regex.charAt(at++);
      if (c == ')') {
        break;
      }
      long count = c == '{' ? count() : 0;
      if (count > 0) {
        size += atom * (count - 1);
        atom *= count;
      } else {
        atom =
            switch (c) {
              case '(' -> sequence(depth + 1) + 2;
              case '[' -> characterClass();
              case '\\' -> escape();
              default -> 1;
            };
        size += atom;
      }
      require(size <= MAX_SIZE, "is too large when its repetitions are unrolled");
    }
    return size;
  }

  /** The larger number of {@code {n,m}}, or 0 if this is no repetition. */
  private long count() {
    int end = regex.indexOf('}', at);
    if (end < 0) {
      return 0;
    }
    long largest = 0;
    for (String number : regex.substring(at, end).split(",", -1)) {
      // RE2 takes no more than four digits
      if (number.length() > 4 || !number.chars().allMatch(c -> c >= '0' && c <= '9')) {
        return 0;
      }
      largest = Math.max(largest, number.isEmpty() ? 0 : Long.parseLong(number));
    }
    at = end + 1;
    return Math.max(largest, 1);
  }

  private long escape() {
    if (at < regex.length() && regex.charAt(at) == 'Q') {
      int end = regex.indexOf("\\E", at);
      int from = at + 1;
      at = end < 0 ? regex.length() : end + 2;
      return Math.max(1, (end < 0 ? regex.length() : end) - from);
    }
    at++;
    return 1;
  }

  private long characterClass() {
    if (at < regex.length() && regex.charAt(at) == '^') {
      at++;
    }
    if (at < regex.length() && regex.charAt(at) == ']') {
      at++;
    }
    while (at < regex.length()) {
      char c = regex.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[' && at < regex.length() && regex.charAt(at) == ':') {
        int end = regex.indexOf(":]", at);
        at = end < 0 ? at : end + 2;
      } else if (c == ']') {
        break;
      }
    }
    return 1;
  }

  private void require(boolean condition, String reason) {
    if (!condition) {
      throw new IllegalArgumentException("the regular expression \"" + regex + "\" " + reason);
    }
  }
}
