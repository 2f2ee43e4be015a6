package dev.weft.xds.model;

import java.util.List;

/**
 * Changes of headers and queries that a route adds to those of a {@link HeaderMutationFilter}.
 *
 * @param steps in order, one change each
 * @param query changes of the query, in order, after those of the request's headers
 */
public record HeaderMutationRoute(List<HeaderMutations> steps, List<QueryMutation> query)
    implements HttpFilterRouteConfig {
  public HeaderMutationRoute {
    steps = List.copyOf(steps);
    query = List.copyOf(query);
  }
}
