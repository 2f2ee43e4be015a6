package dev.weft.proxy.route;

import dev.weft.proxy.stream.RequestSyntax;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where an endpoint sends a request: an absolute URL of http or https (RFC 3986, section 4.3).
 *
 * @param authority host, and the port if it is named
 * @param path with the query, without the fragment; starts with a slash
 */
public record RedirectLocation(boolean https, String authority, String path) {
  private static final String AFTER_SCHEME = "://";

  /** Reads a {@code location}; null if it is none that a request can be made of. */
  public static @Nullable RedirectLocation parse(CharSequence location) {
    String text = location.toString();
    int colon = text.indexOf(AFTER_SCHEME);
    if (colon < 0) {
      return null;
    }
    String scheme = text.substring(0, colon).toLowerCase(Locale.ROOT);
    boolean https = scheme.equals("https");
    if (!https && !scheme.equals("http")) {
      return null;
    }
    int host = colon + AFTER_SCHEME.length();
    int end = host;
    while (end < text.length() && "/?#".indexOf(text.charAt(end)) < 0) {
      end++;
    }
    int fragment = text.indexOf('#', end);
    String rest = fragment < 0 ? text.substring(end) : text.substring(end, fragment);
    String authority = text.substring(host, end);
    String path = rest.startsWith("/") ? rest : "/" + rest;
    // What no client may ask for, no endpoint may have asked for in its name.
    return RequestSyntax.authorityProblem(authority) == null
            && RequestSyntax.pathProblem("GET", path) == null
        ? new RedirectLocation(https, authority, path)
        : null;
  }

  /** The scheme. */
  public String scheme() {
    return https ? "https" : "http";
  }
}
