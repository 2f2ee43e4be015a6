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
 * @param tracing which requests are marked as traced, if their manager marks any; null for those
 *     that it says
 * @param statPrefix by which its requests are counted by themselves; empty if they are not
 */
@RecordBuilder
public record Route(
    String name,
    RouteMatch match,
    RouteAction action,
    HeaderMutations headers,
    @Nullable Integer bufferLimit,
    Map<String, FilterOverride> filters,
    @Nullable TraceSampling tracing,
    String statPrefix) {
  public Route {
    filters = Map.copyOf(filters);
  }

  /** A route whose requests are traced as their manager says. */
  public Route(
      String name,
      RouteMatch match,
      RouteAction action,
      HeaderMutations headers,
      @Nullable Integer bufferLimit,
      Map<String, FilterOverride> filters) {
    this(name, match, action, headers, bufferLimit, filters, null, "");
  }

  /** A route that leaves filters as they are. */
  public Route(String name, RouteMatch match, RouteAction action, HeaderMutations headers) {
    this(name, match, action, headers, null, Map.of());
  }
}
