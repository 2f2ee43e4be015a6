package dev.weft.xds.match;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable table by text, ignoring case, that is asked for a part of a character sequence: no
 * lower-case copy and no substring is made to look something up.
 */
final class AsciiTable<V> {
  private final @Nullable String[] keys;
  private final @Nullable Object[] values;
  private final int mask;

  /** Copies {@code entries}, whose keys are lower case. */
  AsciiTable(Map<String, V> entries) {
    int capacity = Integer.highestOneBit(Math.max(4, entries.size() * 2)) << 1;
    keys = new @Nullable String[capacity];
    values = new @Nullable Object[capacity];
    mask = capacity - 1;
    entries.forEach(
        (key, value) -> {
          int slot = hash(key, 0, key.length()) & mask;
          while (keys[slot] != null) {
            slot = (slot + 1) & mask;
          }
          keys[slot] = key;
          values[slot] = value;
        });
  }

  /** The value of {@code text[start, end)}, or null. */
  @SuppressWarnings("unchecked") // only the constructor fills the values, with V
  @Nullable V get(CharSequence text, int start, int end) {
    int slot = hash(text, start, end) & mask;
    for (String key = keys[slot]; key != null; key = keys[slot]) {
      if (key.length() == end - start && AsciiText.at(text, start, key, true)) {
        return (V) values[slot];
      }
      slot = (slot + 1) & mask;
    }
    return null;
  }

  private static int hash(CharSequence text, int start, int end) {
    int hash = 0;
    for (int i = start; i < end; i++) {
      hash = hash * 31 + AsciiText.lower(text.charAt(i));
    }
    return hash ^ (hash >>> 16);
  }
}
