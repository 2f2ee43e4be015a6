package dev.weft.proxy.tracing;

import dev.weft.xds.model.MetadataValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is written on a route, in the form that what filters note has. */
public final class RouteMetadata {
  private RouteMetadata() {}

  /** Texts, numbers, booleans, and lists and maps of them, by namespaces. */
  public static Map<String, ?> of(Map<String, Map<String, MetadataValue>> namespaces) {
    if (namespaces.isEmpty()) {
      return Map.of();
    }
    Map<String, @Nullable Object> plain = new HashMap<>();
    namespaces.forEach((name, values) -> plain.put(name, fields(values)));
    return plain;
  }

  private static Map<String, @Nullable Object> fields(Map<String, MetadataValue> values) {
    Map<String, @Nullable Object> plain = new HashMap<>();
    values.forEach((name, value) -> plain.put(name, plain(value)));
    return plain;
  }

  private static @Nullable Object plain(MetadataValue value) {
    return switch (value) {
      case MetadataValue.Text(String text) -> text;
      case MetadataValue.Number(double number) -> number;
      case MetadataValue.Flag(boolean flag) -> flag;
      case MetadataValue.Nothing() -> null;
      case MetadataValue.Several(List<MetadataValue> values) -> {
        List<@Nullable Object> plain = new ArrayList<>(values.size());
        values.forEach(each -> plain.add(plain(each)));
        yield plain;
      }
      case MetadataValue.Fields(Map<String, MetadataValue> fields) -> fields(fields);
    };
  }
}
