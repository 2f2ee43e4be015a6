package dev.weft.proxy.tls;

import java.util.regex.Pattern;

/**
 * A SPIFFE ID.
 *
 * @param path with its leading slash, such as {@code /ns/shop/sa/cart}
 * @see <a href="https://github.com/spiffe/spiffe/blob/main/standards/SPIFFE-ID.md">SPIFFE ID</a>
 */
public record SpiffeId(String trustDomain, String path) {
  private static final String SCHEME = "spiffe://";
  private static final Pattern TRUST_DOMAIN = Pattern.compile("[a-z0-9._-]{1,255}");
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._-]+)+");

  public SpiffeId {
    if (!TRUST_DOMAIN.matcher(trustDomain).matches()
        || !PATH.matcher(path).matches()
        || path.contains("/./")
        || path.contains("/../")
        || path.endsWith("/.")
        || path.endsWith("/..")) {
      throw new IllegalArgumentException("not a SPIFFE ID: " + SCHEME + trustDomain + path);
    }
  }

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException if it is none, or has no path
   */
  public static SpiffeId parse(String uri) {
    int slash = uri.startsWith(SCHEME) ? uri.indexOf('/', SCHEME.length()) : -1;
    if (slash < 0) {
      throw new IllegalArgumentException("not a SPIFFE ID: " + uri);
    }
    return new SpiffeId(uri.substring(SCHEME.length(), slash), uri.substring(slash));
  }

  /** The identity of a service in the mesh. */
  public static SpiffeId ofService(String trustDomain, String namespace, String service) {
    return new SpiffeId(trustDomain, "/ns/" + namespace + "/sa/" + service);
  }

  @Override
  public String toString() {
    return SCHEME + trustDomain + path;
  }
}
