package dev.weft.control.resource;

import java.util.List;

/**
 * Where a rule sends requests to.
 *
 * @param namespace the route's where the document names none
 * @param port a port number of the service
 * @param weight 0..1,000,000, relative to the rule's other backends; 1 where the document names
 *     none
 * @param filters changes made only to requests that go to this backend
 */
public record BackendRef(
    String namespace, String name, int port, int weight, List<RouteFilter> filters) {
  public BackendRef {
    filters = List.copyOf(filters);
  }
}
