package dev.weft.xds.resource;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Names of resources as strings: plain ones, which are compared as they are, and {@code xdstp://}
 * ones, whose context parameters have no order and whose last segment may be the glob {@code *}
 * (xRFC TP1).
 */
public final class ResourceName {
  /** Subscribes to every resource of a type. */
  public static final String WILDCARD = "*";

  private static final String XDSTP = "xdstp://";
  private static final String GLOB = "/*";

  private ResourceName() {}

  /** The one spelling under which equal names are equal strings; plain names are unchanged. */
  public static String canonical(String name) {
    if (!name.startsWith(XDSTP)) {
      return name;
    }
    int fragment = name.indexOf('#');
    String directives = fragment < 0 ? "" : name.substring(fragment);
    String rest = fragment < 0 ? name : name.substring(0, fragment);
    int query = rest.indexOf('?');
    if (query < 0) {
      return name;
    }
    String context =
        Arrays.stream(rest.substring(query + 1).split("&"))
            .sorted()
            .collect(Collectors.joining("&"));
    return rest.substring(0, query) + '?' + context + directives;
  }

  /** Whether this name stands for a whole collection. */
  public static boolean isGlob(String name) {
    return name.startsWith(XDSTP) && path(name).endsWith(GLOB);
  }

  /** Whether the glob covers the name; both are canonical. */
  public static boolean globCovers(String glob, String name) {
    if (!name.startsWith(XDSTP)) {
      return false;
    }
    String prefix = path(glob);
    String path = path(name);
    int segment = prefix.length() - 1;
    return path.length() > segment
        && path.startsWith(prefix.substring(0, segment))
        && path.indexOf('/', segment) < 0
        && context(glob).equals(context(name));
  }

  private static String path(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) == '?' || name.charAt(i) == '#') {
        return name.substring(0, i);
      }
    }
    return name;
  }

  private static String context(String name) {
    int query = name.indexOf('?');
    int fragment = name.indexOf('#');
    if (query < 0 || (fragment >= 0 && fragment < query)) {
      return "";
    }
    return fragment < 0 ? name.substring(query) : name.substring(query, fragment);
  }
}
