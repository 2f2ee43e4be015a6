package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a way through the tree comes by is what one finds who tries every text. */
class TextTreeTest {
  private static final int TREES = 3_000;
  private static final int ASKED = 20;

  /**
   * Few for long common beginnings, many for dense nodes, far apart for those that are searched.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"ab/", "0123456789", "/abcdefghijklmnopqrstuvwxyz-A9", "aé中\uffff\u0000Zz0~"})
  void aTextComesByAllThatItBeginsWith(String alphabet) {
    int found = 0;
    for (long seed = 0; seed < TREES; seed++) {
      Random random = new Random(seed);
      Map<String, Integer> values = new HashMap<>();
      for (int i = 0, n = random.nextInt(60); i < n; i++) {
        values.put(text(random, alphabet), i);
      }
      TextTree tree = new TextTree(values, false);
      for (int i = 0; i < ASKED; i++) {
        String text = text(random, alphabet);
        Map<Integer, Integer> expected = beginnings(values, text);
        found += expected.size();
        assertThat(walk(tree, text))
            .as("seed %d: %s in %s", seed, text, values)
            .isEqualTo(expected);
      }
    }
    assertThat(found).as("texts that begin another").isGreaterThan(TREES);
  }

  @Test
  void caseDoesNotCountWhereItShallNot() {
    TextTree tree = new TextTree(Map.of("/api/", 1, "/apple", 2), true);

    assertThat(walk(tree, "/API/x")).containsExactly(Map.entry(5, 1));
    assertThat(walk(tree, "/aPPle")).containsExactly(Map.entry(6, 2));
    assertThat(walk(new TextTree(Map.of("/api/", 1), false), "/API/x")).isEmpty();
  }

  @Test
  void manyTextsThatGoOnFromEachOther() {
    Map<String, Integer> values = new HashMap<>();
    String all = "x".repeat(20_000);
    for (int length : List.of(0, 1, 2, 70, 19_999, 20_000)) {
      values.put(all.substring(0, length), length);
    }

    assertThat(walk(new TextTree(values, false), all + "y"))
        .isEqualTo(new TreeMap<>(Map.of(0, 0, 1, 1, 2, 2, 70, 70, 19_999, 19_999, 20_000, 20_000)));
  }

  @Test
  void aTreeOfNothingKnowsNothing() {
    assertThat(walk(new TextTree(Map.of(), false), "/")).isEmpty();
  }

  private static String text(Random random, String alphabet) {
    StringBuilder text = new StringBuilder();
    for (int i = 0, n = random.nextInt(5); i < n; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }

  /** Values by the lengths of their texts. */
  private static Map<Integer, Integer> beginnings(Map<String, Integer> values, String text) {
    Map<Integer, Integer> beginnings = new TreeMap<>();
    values.forEach(
        (known, value) -> {
          if (text.startsWith(known)) {
            beginnings.put(known.length(), value);
          }
        });
    return beginnings;
  }

  private static Map<Integer, Integer> walk(TextTree tree, String text) {
    Map<Integer, Integer> seen = new TreeMap<>();
    int at = 0;
    for (int node = tree.root(); node != TextTree.NONE; ) {
      if (tree.value(node) != TextTree.NONE) {
        seen.put(at, tree.value(node));
      }
      node = tree.next(node, text, at, text.length());
      at += node == TextTree.NONE ? 0 : tree.length(node);
    }
    return seen;
  }
}
