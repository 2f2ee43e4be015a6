package dev.weft.proxy.http;

import org.jspecify.annotations.Nullable;

/**
 * Brings a path into one form, where a connection manager asks for it: backslashes become slashes,
 * escaped unreserved characters are decoded, dot segments resolved (RFC 3986, section 6.2.2);
 * slashes in a row are merged if that is asked for.
 */
final class PathNormalizer {
  private PathNormalizer() {}

  /**
   * The path in its normal form, with its query as it was.
   *
   * @return null if it has none: an escape is broken or hides a NUL, or a dot segment has
   *     parameters ({@code /..;x/}), which a server that drops them resolves, and others do not
   */
  static @Nullable CharSequence apply(CharSequence path, boolean normalize, boolean merge) {
    String whole = path.toString();
    if (isPlain(whole, normalize, merge)) {
      return path;
    }
    int mark = whole.indexOf('?');
    String query = mark < 0 ? "" : whole.substring(mark);
    String result = mark < 0 ? whole : whole.substring(0, mark);
    if (normalize) {
      result = decode(result);
      if (result == null || !result.startsWith("/")) {
        return null;
      }
      result = resolveDots(result);
      if (result.contains("/.;") || result.contains("/..;")) {
        return null;
      }
    }
    return (merge ? mergeSlashes(result) : result) + query;
  }

  private static boolean isPlain(String path, boolean normalize, boolean merge) {
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '?') {
        return true;
      }
      boolean afterSlash = i > 0 && path.charAt(i - 1) == '/';
      if (normalize && (c == '%' || c == '\\' || c == '.' && afterSlash)
          || merge && c == '/' && afterSlash) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String decode(String path) {
    StringBuilder decoded = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '\\') {
        decoded.append('/');
      } else if (c != '%') {
        decoded.append(c);
      } else {
        int code = EscapedPath.code(path, i, path.length());
        if (code <= 0) {
          return null;
        }
        if (isUnreserved(code)) {
          decoded.append((char) code);
        } else {
          decoded.append(path, i, i + 3);
        }
        i += 2;
      }
    }
    return decoded.toString();
  }

  private static boolean isUnreserved(int c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  private static String resolveDots(String path) {
    StringBuilder out = new StringBuilder(path.length());
    int i = 0;
    while (i < path.length()) {
      int end = path.indexOf('/', i + 1);
      int next = end < 0 ? path.length() : end;
      String segment = path.substring(i + 1, next);
      boolean last = end < 0;
      switch (segment) {
        case "." -> out.append(last ? "/" : "");
        case ".." -> {
          out.setLength(Math.max(0, out.lastIndexOf("/")));
          out.append(last ? "/" : "");
        }
        default -> out.append('/').append(segment);
      }
      i = next;
    }
    return out.isEmpty() ? "/" : out.toString();
  }

  private static String mergeSlashes(String path) {
    StringBuilder out = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '/' || out.isEmpty() || out.charAt(out.length() - 1) != '/') {
        out.append(c);
      }
    }
    return out.toString();
  }
}
