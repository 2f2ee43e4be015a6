package dev.weft.control.resource;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads the fields of an object that its schema has accepted; a missing one has its default. */
record Fields(JsonNode node) {
  String text(String name) {
    return node.path(name).asText();
  }

  String text(String name, String fallback) {
    return node.path(name).asText(fallback);
  }

  @Nullable String optionalText(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : value.asText();
  }

  int number(String name, int fallback) {
    return node.path(name).asInt(fallback);
  }

  boolean has(String name) {
    return node.has(name);
  }

  double decimal(String name) {
    return node.path(name).asDouble();
  }

  double decimal(String name, double fallback) {
    return node.path(name).asDouble(fallback);
  }

  @Nullable Integer optionalNumber(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : value.asInt();
  }

  boolean flag(String name, boolean fallback) {
    return node.path(name).asBoolean(fallback);
  }

  Duration duration(String name) {
    return Durations.parse(text(name));
  }

  @Nullable Duration optionalDuration(String name) {
    JsonNode value = node.get(name);
    return value == null ? null : Durations.parse(value.asText());
  }

  Fields object(String name) {
    return new Fields(node.path(name));
  }

  <T> @Nullable T optional(String name, Function<Fields, T> read) {
    JsonNode value = node.get(name);
    return value == null ? null : read.apply(new Fields(value));
  }

  <T> List<T> list(String name, Function<Fields, T> read) {
    List<T> values = new ArrayList<>();
    node.path(name).forEach(value -> values.add(read.apply(new Fields(value))));
    return values;
  }

  Map<String, String> texts(String name) {
    Map<String, String> values = new LinkedHashMap<>();
    node.path(name).properties().forEach(e -> values.put(e.getKey(), e.getValue().asText()));
    return values;
  }

  Map<String, Integer> numbers(String name) {
    Map<String, Integer> values = new LinkedHashMap<>();
    node.path(name).properties().forEach(e -> values.put(e.getKey(), e.getValue().asInt()));
    return values;
  }

  /** The constant spelled as this field is; without the field, the fallback. */
  <E extends Enum<E> & Token> E token(String name, E fallback) {
    JsonNode value = node.get(name);
    return value == null ? fallback : token(value.asText(), fallback.getDeclaringClass());
  }

  static <E extends Enum<E> & Token> E token(String spelling, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (constant.token().equals(spelling)) {
        return constant;
      }
    }
    throw new IllegalArgumentException(
        spelling + " is no " + type.getSimpleName() + "; its schema should have refused it");
  }
}
