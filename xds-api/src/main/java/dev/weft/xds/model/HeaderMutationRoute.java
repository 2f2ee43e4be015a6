package dev.weft.xds.model;

import java.util.List;

/**
 * Changes of headers that a route adds to those of a {@link HeaderMutationFilter}.
 *
 * @param steps in order, one change each
 */
public record HeaderMutationRoute(List<HeaderMutations> steps) implements HttpFilterRouteConfig {
  public HeaderMutationRoute {
    steps = List.copyOf(steps);
  }
}
