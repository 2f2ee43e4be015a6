package dev.weft.proxy.route;

import java.util.HashSet;
import java.util.Set;

/**
 * Where one request has been sent by redirects that were followed. Confined to its request's loop.
 */
public final class RedirectTrail {
  private record Hop(String from, String to) {}

  private final Set<Hop> hops = new HashSet<>();
  private int followed;

  /** How many redirects were followed. */
  public int followed() {
    return followed;
  }

  /** One more is. */
  public void follow() {
    followed++;
  }

  /**
   * Notes that a route sends the request to another; both by their names, which may be empty.
   *
   * @return whether it is the first time
   */
  boolean isNew(String from, String to) {
    return hops.add(new Hop(from, to));
  }
}
