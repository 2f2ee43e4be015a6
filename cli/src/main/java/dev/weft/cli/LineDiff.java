package dev.weft.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines that differ between two texts, marked {@code -}, {@code +} and, for context, a blank.
 */
final class LineDiff {
  /** Above this many pairs of lines, everything old and then everything new is shown. */
  private static final int MAX_PAIRS = 4_000_000;

  private LineDiff() {}

  static List<String> of(String before, String after) {
    List<String> old = before.lines().toList();
    List<String> now = after.lines().toList();
    if ((long) old.size() * now.size() > MAX_PAIRS) {
      List<String> all = new ArrayList<>();
      old.forEach(line -> all.add("-" + line));
      now.forEach(line -> all.add("+" + line));
      return all;
    }
    int[][] common = commonSuffixes(old, now);
    List<String> result = new ArrayList<>();
    int i = 0;
    int j = 0;
    while (i < old.size() || j < now.size()) {
      if (i < old.size() && j < now.size() && old.get(i).equals(now.get(j))) {
        result.add(" " + old.get(i++));
        j++;
      } else if (j == now.size() || (i < old.size() && common[i + 1][j] >= common[i][j + 1])) {
        result.add("-" + old.get(i++));
      } else {
        result.add("+" + now.get(j++));
      }
    }
    return result;
  }

  /** Length of the longest common subsequence of what is left from each pair of positions on. */
  private static int[][] commonSuffixes(List<String> old, List<String> now) {
    int[][] common = new int[old.size() + 1][now.size() + 1];
    for (int i = old.size() - 1; i >= 0; i--) {
      for (int j = now.size() - 1; j >= 0; j--) {
        common[i][j] =
            old.get(i).equals(now.get(j))
                ? common[i + 1][j + 1] + 1
                : Math.max(common[i + 1][j], common[i][j + 1]);
      }
    }
    return common;
  }
}
