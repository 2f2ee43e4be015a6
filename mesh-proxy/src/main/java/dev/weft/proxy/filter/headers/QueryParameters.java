package dev.weft.proxy.filter.headers;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/**
 * The parameters of a path's query, decoded; each char is a byte. As with Envoy they are written in
 * the order of their names, those of one name in the order in which they came.
 */
final class QueryParameters {
  private final String path;
  private final TreeMap<String, List<String>> values = new TreeMap<>();

  private QueryParameters(String path) {
    this.path = path;
  }

  /** Takes a request's path apart. */
  static QueryParameters of(String target) {
    int query = target.indexOf('?');
    if (query < 0) {
      return new QueryParameters(target);
    }
    QueryParameters parameters = new QueryParameters(target.substring(0, query));
    int start = query + 1;
    while (start < target.length()) {
      int next = target.indexOf('&', start);
      int end = next < 0 ? target.length() : next;
      int equals = target.indexOf('=', start);
      boolean valued = equals >= 0 && equals < end;
      parameters.add(
          decode(target.substring(start, valued ? equals : end)),
          valued ? decode(target.substring(equals + 1, end)) : "");
      start = end + 1;
    }
    return parameters;
  }

  boolean contains(String name) {
    return values.containsKey(name);
  }

  void add(String name, String value) {
    values.computeIfAbsent(name, key -> new ArrayList<>(1)).add(value);
  }

  /** Leaves this one of its name. */
  void set(String name, String value) {
    List<String> only = new ArrayList<>(1);
    only.add(value);
    values.put(name, only);
  }

  void remove(String name) {
    values.remove(name);
  }

  /** The path with these parameters, and without {@code ?} where there are none. */
  String target() {
    StringBuilder out = new StringBuilder(path.length() + 64).append(path);
    char before = '?';
    for (var parameter : values.entrySet()) {
      for (String value : parameter.getValue()) {
        out.append(before);
        before = '&';
        encode(parameter.getKey(), out);
        out.append('=');
        encode(value, out);
      }
    }
    return out.toString();
  }

  private static String decode(String text) {
    if (text.indexOf('%') < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int high = c == '%' && i + 2 < text.length() ? hex(text.charAt(i + 1)) : -1;
      int low = high >= 0 ? hex(text.charAt(i + 2)) : -1;
      if (low >= 0) {
        out.append((char) (high << 4 | low));
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** Not {@link Character#digit}, which takes letters of other alphabets, too. */
  private static int hex(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }

  /** Escapes what would end the target or its line: the endpoint must read one request. */
  private static void encode(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == 0x7f || c == '#') {
        out.append(String.format(Locale.ROOT, "%%%02X", (int) c));
      } else {
        out.append(c);
      }
    }
  }
}
