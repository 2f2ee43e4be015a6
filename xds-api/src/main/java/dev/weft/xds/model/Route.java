package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A condition and what to do.
 *
 * @param name may be empty
 * @param bufferLimit bytes of a request's body that may be kept for another try; null for the
 *     virtual host's
 * @param filters what it says of HTTP filters, by their names
 */
@RecordBuilder
public record Route(
    String name,
    RouteMatch match,
    RouteAction action,
    HeaderMutations headers,
    @Nullable Integer bufferLimit,
    Map<String, FilterOverride> filters) {
  public Route {
    filters = Map.copyOf(filters);
  }

  /** A route that leaves filters as they are. */
  public Route(String name, RouteMatch match, RouteAction action, HeaderMutations headers) {
    this(name, match, action, headers, null, Map.of());
  }
}
