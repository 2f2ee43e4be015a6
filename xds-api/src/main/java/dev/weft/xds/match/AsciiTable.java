package dev.weft.xds.match;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table by text, ignoring case, that is asked for a part of a character sequence, or
 * for the longest key that one begins or ends with: no lower-case copy and no substring is made to
 * look something up. All keys lie in one text, and a slot has its key's hash: a look-up touches few
 * lines of memory, however many keys there are.
 */
final class AsciiTable<V> {
  private static final int NONE = -1;

  /** The hash of a key in the upper half, one more than its number in the lower; 0 for none. */
  private final long[] slots;

  private final int mask;
  private final String keys;

  /** Where each key begins, and the last one ends. */
  private final int[] starts;

  private final Object[] values;
  private final boolean backward;

  /** Which lengths keys have. */
  private final boolean[] lengths;

  /**
   * Copies {@code entries}, whose keys are lower case.
   *
   * @param backward whether {@link #longest} compares ends, not beginnings
   */
  AsciiTable(Map<String, V> entries, boolean backward) {
    int capacity = Integer.highestOneBit(Math.max(4, entries.size() * 2)) << 1;
    this.backward = backward;
    slots = new long[capacity];
    mask = capacity - 1;
    starts = new int[entries.size() + 1];
    values = new Object[entries.size()];
    lengths = new boolean[entries.keySet().stream().mapToInt(String::length).max().orElse(0) + 1];
    StringBuilder all = new StringBuilder();
    int number = 0;
    for (Map.Entry<String, V> entry : entries.entrySet()) {
      String key = entry.getKey();
      values[number] = entry.getValue();
      starts[number++] = all.length();
      all.append(key);
      lengths[key.length()] = true;
      int hash = hash(key, 0, key.length());
      int slot = hash & mask;
      while (slots[slot] != 0) {
        slot = (slot + 1) & mask;
      }
      slots[slot] = (long) hash << Integer.SIZE | number;
    }
    starts[number] = all.length();
    keys = all.toString();
  }

  /** The value of {@code text[start, end)}, or null. */
  @Nullable V get(CharSequence text, int start, int end) {
    if (end - start >= lengths.length || !lengths[end - start]) {
      return null;
    }
    return value(find(hash(text, start, end), text, start, end));
  }

  /** The value of the longest key that this text begins or ends with, and is longer than. */
  @Nullable V longest(CharSequence text, int length) {
    int found = NONE;
    int sum = 0;
    for (int n = 1, most = Math.min(length, lengths.length) - 1; n <= most; n++) {
      sum = sum * 31 + AsciiText.lower(text.charAt(backward ? length - n : n - 1));
      if (lengths[n]) {
        int start = backward ? length - n : 0;
        int longer = find(mixed(sum), text, start, start + n);
        found = longer == NONE ? found : longer;
      }
    }
    return value(found);
  }

  @SuppressWarnings("unchecked") // only the constructor fills the values, with V
  private @Nullable V value(int number) {
    return number == NONE ? null : (V) values[number];
  }

  private int find(int hash, CharSequence text, int start, int end) {
    int slot = hash & mask;
    for (long content = slots[slot]; content != 0; content = slots[slot]) {
      int number = (int) content - 1;
      if ((int) (content >>> Integer.SIZE) == hash && isKey(number, text, start, end)) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    return NONE;
  }

  private boolean isKey(int number, CharSequence text, int start, int end) {
    int key = starts[number];
    if (starts[number + 1] - key != end - start) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (AsciiText.lower(text.charAt(i)) != keys.charAt(key + i - start)) {
        return false;
      }
    }
    return true;
  }

  private int hash(CharSequence text, int start, int end) {
    int sum = 0;
    for (int i = start; i < end; i++) {
      sum = sum * 31 + AsciiText.lower(text.charAt(backward ? start + end - 1 - i : i));
    }
    return mixed(sum);
  }

  /** Names that differ in a digit or two have sums that lie beside each other. */
  private static int mixed(int sum) {
    int spread = sum * 0x9E3779B9;
    return spread ^ (spread >>> 16);
  }
}
