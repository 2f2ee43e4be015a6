package dev.weft.xds.model;

import java.util.Map;

/**
 * A condition and what to do.
 *
 * @param name may be empty
 * @param filters what it says of HTTP filters, by their names
 */
public record Route(
    String name,
    RouteMatch match,
    RouteAction action,
    HeaderMutations headers,
    Map<String, FilterOverride> filters) {
  public Route {
    filters = Map.copyOf(filters);
  }

  /** A route that leaves filters as they are. */
  public Route(String name, RouteMatch match, RouteAction action, HeaderMutations headers) {
    this(name, match, action, headers, Map.of());
  }
}
