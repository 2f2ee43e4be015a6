package dev.weft.xds.model;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A value of endpoints' or routes' metadata ({@code google.protobuf.Value}). */
public sealed interface MetadataValue {
  record Text(String text) implements MetadataValue {}

  record Number(double number) implements MetadataValue {}

  record Flag(boolean flag) implements MetadataValue {}

  /** No value, which is one of its own. */
  record Nothing() implements MetadataValue {}

  record Several(List<MetadataValue> values) implements MetadataValue {
    public Several {
      values = List.copyOf(values);
    }
  }

  record Fields(Map<String, MetadataValue> fields) implements MetadataValue {
    public Fields {
      fields = Map.copyOf(fields);
    }
  }

  /** Texts as metadata, ordered by their keys. */
  static Map<String, MetadataValue> texts(Map<String, String> texts) {
    return texts.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, e -> new Text(e.getValue()), (a, b) -> b, TreeMap::new));
  }
}
