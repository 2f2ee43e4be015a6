package dev.weft.xds.model;

import java.util.List;

/**
 * Changes headers and queries ({@code
 * envoy.extensions.filters.http.header_mutation.v3.HeaderMutation}).
 *
 * @param steps in order, one change each
 * @param query changes of the query, in order, after those of the request's headers
 * @param mostSpecificWins whether routes come after what is around them, else before
 */
public record HeaderMutationFilter(
    String name, List<HeaderMutations> steps, List<QueryMutation> query, boolean mostSpecificWins)
    implements HttpFilterConfig {
  public HeaderMutationFilter {
    steps = List.copyOf(steps);
    query = List.copyOf(query);
  }
}
