package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands for {@code ${name}}: a part of a tree, or a part of a text. */
final class Placeholders {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]+)}");
  private static final int DEEPEST = 20;

  private final Map<String, Object> values = new HashMap<>();

  Placeholders put(String name, Object value) {
    values.put(name, value);
    return this;
  }

  /** A port of this machine: {@code ${name}} is its address, {@code ${port.name}} its number. */
  Placeholders address(String name, int port) {
    values.put("port." + name, port);
    return put(name, socketAddress(port));
  }

  static Map<String, Object> socketAddress(int port) {
    return Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", port));
  }

  /** These and others, which count first. */
  Placeholders and(Map<String, Node> others) {
    Placeholders both = new Placeholders();
    both.values.putAll(values);
    others.forEach((name, node) -> both.values.put(name, node.raw()));
    return both;
  }

  /** A tree with everything filled in. */
  Object fill(Object tree) {
    return fill(tree, 0);
  }

  private Object fill(Object tree, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("a placeholder stands for itself: " + tree);
    }
    return switch (tree) {
      case Map<?, ?> map -> {
        Map<String, Object> filled = new LinkedHashMap<>();
        map.forEach((key, value) -> filled.put(key.toString(), fill(value, depth)));
        yield filled;
      }
      case List<?> list -> {
        List<Object> filled = new ArrayList<>();
        list.forEach(element -> filled.add(fill(element, depth)));
        yield filled;
      }
      case String text -> text(text, depth);
      case null, default -> tree;
    };
  }

  private Object text(String text, int depth) {
    Matcher found = PLACEHOLDER.matcher(text);
    if (found.matches()) {
      return fill(value(found.group(1)), depth + 1);
    }
    return found
        .reset()
        .replaceAll(one -> Matcher.quoteReplacement(String.valueOf(value(one.group(1)))));
  }

  private Object value(String name) {
    if (!values.containsKey(name)) {
      throw new IllegalArgumentException("nothing stands for ${" + name + "}");
    }
    return values.get(name);
  }
}
