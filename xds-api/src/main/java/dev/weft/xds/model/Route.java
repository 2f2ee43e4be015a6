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
 * @param tracing which requests are traced, and how, if their manager traces any; null for what it
 *     says
 * @param decorator what its requests are called in traces; null for nothing
 * @param metadata what others have written on it, by namespaces
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
    @Nullable RouteTracing tracing,
    @Nullable Decorator decorator,
    Map<String, Map<String, MetadataValue>> metadata,
    String statPrefix) {
  public Route {
    filters = Map.copyOf(filters);
    metadata = Map.copyOf(metadata);
  }

  /** A route whose requests are traced as their manager says. */
  public Route(
      String name,
      RouteMatch match,
      RouteAction action,
      HeaderMutations headers,
      @Nullable Integer bufferLimit,
      Map<String, FilterOverride> filters) {
    this(name, match, action, headers, bufferLimit, filters, null, null, Map.of(), "");
  }

  /** A route that leaves filters as they are. */
  public Route(String name, RouteMatch match, RouteAction action, HeaderMutations headers) {
    this(name, match, action, headers, null, Map.of());
  }
}
