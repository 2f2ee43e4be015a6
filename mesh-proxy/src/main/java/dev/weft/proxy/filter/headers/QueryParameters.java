package dev.weft.proxy.filter.headers;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The parameters of a path's query, decoded; each char is a byte. As with Envoy they are written in
 * the order of their names, those of one name in the order in which they came.
 */
final class QueryParameters {
  private static final String DIGITS = "0123456789ABCDEF";

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

  /** A value to be written: all but ASCII letters, digits and {@code -_.*}. */
  static String escaped(CharSequence value) {
    StringBuilder out = new StringBuilder(value.length() + 16);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < 0x80
          && (Character.isLetterOrDigit(c) || c == '-' || c == '_' || c == '.' || c == '*')) {
        out.append(c);
      } else {
        escape(c, out);
      }
    }
    return out.toString();
  }

  private static void escape(char c, StringBuilder out) {
    out.append('%').append(DIGITS.charAt(c >> 4)).append(DIGITS.charAt(c & 15));
  }

  /** Escapes what would end the target or its line: the endpoint must read one request. */
  private static void encode(String text, StringBuilder out) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == 0x7f || c == '#') {
        escape(c, out);
      } else {
        out.append(c);
      }
    }
  }
}
