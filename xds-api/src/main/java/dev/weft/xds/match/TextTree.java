package dev.weft.xds.match;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree of texts by their common beginnings: what a text begins with is found in as many steps as
 * it has characters, however many texts there are, and nothing is allocated. All of it lies in one
 * array, in which a node is a number, so that a large tree stays within the processor's caches.
 * Immutable.
 */
final class TextTree {
  /** No node, or no value. */
  static final int NONE = -1;

  // A node is the length of its label, its value and the number of its children (or DENSE), then
  // the label, then the children: their first characters in order and where each is; or, where
  // these lie close together, the first and last of them and where the child of each between is.
  // Lengths, values and places are ints, in two chars each.
  private static final int VALUE = 2;
  private static final int CHILDREN = 4;
  private static final int LABEL = 5;
  private static final char DENSE = Character.MAX_VALUE;

  /** As few are looked through one by one. */
  private static final int NARROW = 4;

  /** How many characters may lie between the first and the last of children, for each child. */
  private static final int SPARSE = 16;

  private final char[] nodes;
  private final boolean ignoreCase;

  /** A text that others may go on from, while the tree is built. */
  private static final class Draft {
    String label;
    int value = NONE;
    int place;
    TreeMap<Character, Draft> children = new TreeMap<>();

    Draft(String label) {
      this.label = label;
    }

    /** Puts a node in the middle of this one's label, which becomes that one's only child. */
    Draft split(int length) {
      Draft middle = new Draft(label.substring(0, length));
      label = label.substring(length);
      middle.children.put(label.charAt(0), this);
      return middle;
    }

    boolean isDense() {
      return children.size() > NARROW && span() <= SPARSE * children.size();
    }

    int span() {
      return children.lastKey() - children.firstKey() + 1;
    }

    int size() {
      return LABEL + label.length() + (isDense() ? 2 + 2 * span() : 3 * children.size());
    }
  }

  /**
   * Builds a tree.
   *
   * @param values by their texts, which are lower case where case does not count; not negative
   */
  TextTree(Map<String, Integer> values, boolean ignoreCase) {
    this.ignoreCase = ignoreCase;
    Draft root = new Draft("");
    values.forEach((text, value) -> put(root, text, value));
    this.nodes = packed(root);
  }

  private static void put(Draft root, String text, int value) {
    Draft node = root;
    int at = 0;
    while (at < text.length()) {
      Draft child = node.children.get(text.charAt(at));
      if (child == null) {
        child = new Draft(text.substring(at));
        node.children.put(text.charAt(at), child);
      }
      int common = common(child.label, text, at);
      if (common < child.label.length()) {
        child = child.split(common);
        node.children.put(text.charAt(at), child);
      }
      node = child;
      at += common;
    }
    node.value = value;
  }

  private static int common(String label, String text, int at) {
    int most = Math.min(label.length(), text.length() - at);
    int common = 0;
    while (common < most && label.charAt(common) == text.charAt(at + common)) {
      common++;
    }
    return common;
  }

  /** One level after the other: children lie side by side. */
  private static char[] packed(Draft root) {
    List<Draft> all = new ArrayList<>();
    ArrayDeque<Draft> open = new ArrayDeque<>(List.of(root));
    int size = 0;
    while (!open.isEmpty()) {
      Draft node = open.remove();
      node.place = size;
      size = Math.addExact(size, node.size());
      all.add(node);
      open.addAll(node.children.values());
    }
    char[] packed = new char[size];
    all.forEach(node -> pack(node, packed));
    return packed;
  }

  private static void pack(Draft node, char[] packed) {
    int at = node.place;
    setInt(packed, at, node.label.length());
    setInt(packed, at + VALUE, node.value);
    packed[at + CHILDREN] = node.isDense() ? DENSE : (char) node.children.size();
    node.label.getChars(0, node.label.length(), packed, at + LABEL);
    at += LABEL + node.label.length();
    if (node.isDense()) {
      char first = node.children.firstKey();
      packed[at] = first;
      packed[at + 1] = node.children.lastKey();
      int places = at + 2;
      node.children.forEach((c, child) -> setInt(packed, places + 2 * (c - first), child.place));
      return;
    }
    int places = at + node.children.size();
    for (Draft child : node.children.values()) {
      packed[at] = child.label.charAt(0);
      setInt(packed, places, child.place);
      at++;
      places += 2;
    }
  }

  private static void setInt(char[] packed, int at, int value) {
    packed[at] = (char) (value >>> Character.SIZE);
    packed[at + 1] = (char) value;
  }

  private int intAt(int at) {
    return nodes[at] << Character.SIZE | nodes[at + 1];
  }

  /** Where every way begins: the empty text. */
  int root() {
    return 0;
  }

  /** What belongs to the text that ends at a node; {@link #NONE} for nothing. */
  int value(int node) {
    return intAt(node + VALUE);
  }

  /** How many characters further than its parent a node is. */
  int length(int node) {
    return intAt(node);
  }

  /**
   * The next node on the way that a text goes; {@link #NONE} where the tree knows none.
   *
   * @param at how many characters lead to the node
   * @param length how many characters the text has
   */
  int next(int node, CharSequence text, int at, int length) {
    int child = at < length ? child(node, charAt(text, at)) : NONE;
    if (child == NONE) {
      return NONE;
    }
    int label = length(child);
    if (label > length - at) {
      return NONE;
    }
    for (int i = 1; i < label; i++) {
      if (nodes[child + LABEL + i] != charAt(text, at + i)) {
        return NONE;
      }
    }
    return child;
  }

  private int child(int node, char c) {
    int count = nodes[node + CHILDREN];
    int at = node + LABEL + length(node);
    if (count == DENSE) {
      int first = nodes[at];
      // The root is nobody's child, so 0 is none.
      int place = c < first || c > nodes[at + 1] ? 0 : intAt(at + 2 + 2 * (c - first));
      return place == 0 ? NONE : place;
    }
    int i = count <= NARROW ? among(at, count, c) : search(at, count, c);
    return i == NONE ? NONE : intAt(at + count + 2 * i);
  }

  private int among(int at, int count, char c) {
    for (int i = 0; i < count; i++) {
      if (nodes[at + i] == c) {
        return i;
      }
    }
    return NONE;
  }

  private int search(int at, int count, char c) {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      char found = nodes[at + middle];
      if (found == c) {
        return middle;
      }
      if (found < c) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return NONE;
  }

  private char charAt(CharSequence text, int at) {
    char c = text.charAt(at);
    return ignoreCase ? AsciiText.lower(c) : c;
  }
}
