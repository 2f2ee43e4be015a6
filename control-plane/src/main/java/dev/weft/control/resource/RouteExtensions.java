package dev.weft.control.resource;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The {@code HTTPRouteFilter}s of a mesh, as the routes of their namespaces refer to them. */
public final class RouteExtensions {
  private record Name(String namespace, String name) {}

  private final Map<Name, RouteFilter> filters = new HashMap<>();

  /** All that there are. */
  public RouteExtensions(Stream<HttpRouteFilterResource> all) {
    all.forEach(
        filter ->
            filters.put(
                new Name(filter.metadata().namespace(), filter.metadata().name()),
                filter.filter()));
  }

  /**
   * A filter, or what it refers to.
   *
   * @return null if it refers to nothing
   */
  @Nullable RouteFilter resolve(String namespace, RouteFilter filter) {
    return filter instanceof RouteFilter.Extension(String name)
        ? filters.get(new Name(namespace, name))
        : filter;
  }

  /** The filters of a rule, each in its place; what refers to nothing becomes the other. */
  public List<RouteFilter> resolve(
      String namespace, List<RouteFilter> ofRule, RouteFilter otherwise) {
    return ofRule.stream()
        .map(
            filter -> {
              RouteFilter resolved = resolve(namespace, filter);
              return resolved == null ? otherwise : resolved;
            })
        .toList();
  }
}
