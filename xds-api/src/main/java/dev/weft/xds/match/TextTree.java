package dev.weft.xds.match;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tree of texts by their common beginnings: what a text begins with is found in as many steps as
 * it has characters, however many texts there are, and nothing is allocated. Immutable once it is
 * built.
 */
final class TextTree<V> {
  private static final int NARROW = 4;

  private final Node<V> root = new Node<>("");
  private final boolean ignoreCase;

  /** A text that others may go on from; the way to it is one label after another. */
  static final class Node<V> {
    private String label;
    private @Nullable V value;
    private char[] firsts = new char[0];
    private Node<V>[] children = array(0);

    private Node(String label) {
      this.label = label;
    }

    @SuppressWarnings("unchecked") // an array, so that a step makes no iterator
    private static <V> Node<V>[] array(int length) {
      return new Node[length];
    }

    /** What belongs to the text that ends here; null for nothing. */
    @Nullable V value() {
      return value;
    }

    /** How many characters further than its parent it is. */
    int length() {
      return label.length();
    }

    private @Nullable Node<V> child(char c) {
      if (firsts.length <= NARROW) {
        for (int i = 0; i < firsts.length; i++) {
          if (firsts[i] == c) {
            return children[i];
          }
        }
        return null;
      }
      int i = Arrays.binarySearch(firsts, c);
      return i < 0 ? null : children[i];
    }

    private void add(Node<V> child) {
      char first = child.label.charAt(0);
      int at = -Arrays.binarySearch(firsts, first) - 1;
      char[] moreFirsts = new char[firsts.length + 1];
      Node<V>[] moreChildren = array(firsts.length + 1);
      System.arraycopy(firsts, 0, moreFirsts, 0, at);
      System.arraycopy(children, 0, moreChildren, 0, at);
      System.arraycopy(firsts, at, moreFirsts, at + 1, firsts.length - at);
      System.arraycopy(children, at, moreChildren, at + 1, firsts.length - at);
      moreFirsts[at] = first;
      moreChildren[at] = child;
      firsts = moreFirsts;
      children = moreChildren;
    }

    /** Puts a node in the middle of a child's label. */
    private Node<V> split(Node<V> child, int length) {
      Node<V> middle = new Node<>(child.label.substring(0, length));
      children[Arrays.binarySearch(firsts, child.label.charAt(0))] = middle;
      child.label = child.label.substring(length);
      middle.add(child);
      return middle;
    }
  }

  /**
   * Builds a tree.
   *
   * @param values by their texts, which are lower case where case does not count
   */
  TextTree(Map<String, V> values, boolean ignoreCase) {
    this.ignoreCase = ignoreCase;
    values.forEach(this::put);
  }

  private void put(String text, V value) {
    Node<V> node = root;
    int at = 0;
    while (at < text.length()) {
      Node<V> child = node.child(text.charAt(at));
      if (child == null) {
        child = new Node<>(text.substring(at));
        node.add(child);
      }
      int common = common(child.label, text, at);
      node = common == child.label.length() ? child : node.split(child, common);
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

  /** Where every way begins: the empty text. */
  Node<V> root() {
    return root;
  }

  /**
   * The next node on the way that a text goes; null where the tree knows none.
   *
   * @param at how many characters lead to the node
   * @param length how many characters the text has
   */
  @Nullable Node<V> next(Node<V> node, CharSequence text, int at, int length) {
    if (at >= length) {
      return null;
    }
    Node<V> child = node.child(charAt(text, at));
    if (child == null || child.label.length() > length - at) {
      return null;
    }
    String label = child.label;
    for (int i = 1; i < label.length(); i++) {
      if (label.charAt(i) != charAt(text, at + i)) {
        return null;
      }
    }
    return child;
  }

  private char charAt(CharSequence text, int at) {
    char c = text.charAt(at);
    return ignoreCase ? AsciiText.lower(c) : c;
  }
}
