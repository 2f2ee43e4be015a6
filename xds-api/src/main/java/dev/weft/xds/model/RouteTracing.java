package dev.weft.xds.model;

import java.util.List;

/**
 * How the requests of a route are traced ({@code envoy.config.route.v3.Tracing}).
 *
 * @param sampling in place of the manager's
 * @param tags beside the manager's, in place of those of the same name
 */
public record RouteTracing(TraceSampling sampling, List<CustomTag> tags) {
  public RouteTracing {
    tags = List.copyOf(tags);
  }
}
