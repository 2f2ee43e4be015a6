package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A value of a YAML file that knows where it stands. What nobody asked for is an error. */
final class Node {
  private final String path;
  private final Object value;
  private final Set<String> unread = new LinkedHashSet<>();

  Node(String path, Object value) {
    this.path = path;
    this.value = value;
    if (value instanceof Map<?, ?> map) {
      map.keySet().forEach(key -> unread.add(String.valueOf(key)));
    }
  }

  boolean isMap() {
    return value instanceof Map;
  }

  boolean isList() {
    return value instanceof List;
  }

  boolean isNumber() {
    return value instanceof Number;
  }

  /** The value as the YAML library gives it. */
  Object raw() {
    return value;
  }

  /** What stands under a key; null if nothing does. */
  Node get(String key) {
    unread.remove(key);
    Object found = map().get(key);
    return found == null ? null : new Node(path + "." + key, found);
  }

  Node need(String key) {
    Node found = get(key);
    if (found == null) {
      throw wrong("needs " + key);
    }
    return found;
  }

  String text(String key, String otherwise) {
    Node found = get(key);
    return found == null ? otherwise : found.text();
  }

  boolean truth(String key, boolean otherwise) {
    Node found = get(key);
    if (found == null) {
      return otherwise;
    }
    if (found.value instanceof Boolean truth) {
      return truth;
    }
    throw found.wrong("must be true or false");
  }

  int number(String key, int otherwise) {
    Node found = get(key);
    return found == null ? otherwise : found.number();
  }

  String text() {
    if (value instanceof String || value instanceof Number) {
      return value.toString();
    }
    throw wrong("must be text; put quotes around it");
  }

  int number() {
    if (value instanceof Integer number) {
      return number;
    }
    throw wrong("must be a number");
  }

  double decimal() {
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw wrong("must be a number");
  }

  /** The elements of a list; one value is a list of itself. */
  List<Node> list() {
    if (!(value instanceof List<?> elements)) {
      return List.of(this);
    }
    List<Node> nodes = new ArrayList<>();
    for (Object element : elements) {
      nodes.add(new Node(path + "[" + nodes.size() + "]", element));
    }
    return nodes;
  }

  List<String> texts(String key) {
    Node found = get(key);
    return found == null ? List.of() : found.list().stream().map(Node::text).toList();
  }

  /** Every entry of a map, all read by that. */
  Map<String, Node> entries() {
    Map<String, Node> entries = new LinkedHashMap<>();
    map().forEach((key, found) -> entries.put(key.toString(), new Node(path + "." + key, found)));
    unread.clear();
    return entries;
  }

  /** Names and values in turn, of a list of maps with one entry each; a name may come again. */
  List<String> pairs(String key) {
    List<String> pairs = new ArrayList<>();
    Node found = get(key);
    if (found != null) {
      for (Node pair : found.list()) {
        pair.entries()
            .forEach(
                (name, of) -> {
                  pairs.add(name);
                  pairs.add(of.value == null ? "" : of.text());
                });
      }
    }
    return pairs;
  }

  private Map<?, ?> map() {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw wrong("must have keys");
  }

  /** Nothing else may be there. */
  void end() {
    if (!unread.isEmpty()) {
      throw wrong("has keys that are not known: " + unread);
    }
  }

  IllegalArgumentException wrong(String what) {
    return new IllegalArgumentException(path + " " + what);
  }
}
