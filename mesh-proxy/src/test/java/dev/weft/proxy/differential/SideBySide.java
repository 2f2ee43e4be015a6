package dev.weft.proxy.differential;

import java.util.List;

/** Two lists of lines next to each other; lines that only one has are marked. */
final class SideBySide {
  private static final int WIDTH = 78;

  private SideBySide() {}

  static String of(String title, List<String> left, List<String> right) {
    StringBuilder text = new StringBuilder("-- %-75s   | Weft\n".formatted(title + ", Envoy"));
    int[][] common = common(left, right);
    int l = 0;
    int r = 0;
    while (l < left.size() || r < right.size()) {
      if (l < left.size() && r < right.size() && left.get(l).equals(right.get(r))) {
        row(text, " ", left.get(l++), right.get(r++));
      } else if (r == right.size() || l < left.size() && common[l + 1][r] >= common[l][r + 1]) {
        row(text, "<", left.get(l++), "");
      } else {
        row(text, ">", "", right.get(r++));
      }
    }
    return text.toString();
  }

  /** How many lines are common from here on. */
  private static int[][] common(List<String> left, List<String> right) {
    int[][] common = new int[left.size() + 1][right.size() + 1];
    for (int l = left.size() - 1; l >= 0; l--) {
      for (int r = right.size() - 1; r >= 0; r--) {
        common[l][r] =
            left.get(l).equals(right.get(r))
                ? common[l + 1][r + 1] + 1
                : Math.max(common[l + 1][r], common[l][r + 1]);
      }
    }
    return common;
  }

  private static void row(StringBuilder text, String mark, String left, String right) {
    String first = left.length() > WIDTH ? left.substring(0, WIDTH) : left;
    text.append(("%s %-" + WIDTH + "s | %s\n").formatted(mark, first, right));
    if (left.length() > WIDTH) {
      text.append("    ").append(left.substring(WIDTH)).append('\n');
    }
  }
}
