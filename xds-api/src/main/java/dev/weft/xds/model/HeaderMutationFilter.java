package dev.weft.xds.model;

import java.util.List;

/**
 * Changes headers ({@code envoy.extensions.filters.http.header_mutation.v3.HeaderMutation}).
 *
 * @param steps in order, one change each
 * @param mostSpecificWins whether routes come after what is around them, else before
 */
public record HeaderMutationFilter(
    String name, List<HeaderMutations> steps, boolean mostSpecificWins)
    implements HttpFilterConfig {
  public HeaderMutationFilter {
    steps = List.copyOf(steps);
  }
}
