package dev.weft.xds.model;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** JSON whose texts have command operators. */
public sealed interface JsonTemplate {
  /** Fields by name. */
  record Fields(SortedMap<String, JsonTemplate> fields) implements JsonTemplate {
    public Fields {
      fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
    }
  }

  /** Values in a row. */
  record Values(List<JsonTemplate> values) implements JsonTemplate {
    public Values {
      values = List.copyOf(values);
    }
  }

  /** A text with command operators; one that is a single operator keeps that one's type. */
  record Text(String format) implements JsonTemplate {}

  /** A number. */
  record Constant(double value) implements JsonTemplate {}

  /** True or false. */
  record Flag(boolean value) implements JsonTemplate {}

  /** Null. */
  record Null() implements JsonTemplate {}
}
