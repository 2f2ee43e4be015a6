package dev.weft.xds.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes of a set of host names.
 *
 * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}; the most specific wins,
 *     whatever the order
 * @param routes the first that matches wins
 * @param retry used by routes without a policy of their own
 * @param filters what it says of HTTP filters, by their names
 */
public record VirtualHost(
    String name,
    List<String> domains,
    List<Route> routes,
    HeaderMutations headers,
    @Nullable RetryPolicy retry,
    AttemptCount attemptCount,
    Map<String, FilterOverride> filters) {
  public VirtualHost {
    domains = List.copyOf(domains);
    routes = List.copyOf(routes);
    filters = Map.copyOf(filters);
  }

  /** A virtual host that leaves filters as they are. */
  public VirtualHost(
      String name,
      List<String> domains,
      List<Route> routes,
      HeaderMutations headers,
      @Nullable RetryPolicy retry,
      AttemptCount attemptCount) {
    this(name, domains, routes, headers, retry, attemptCount, Map.of());
  }

  /** Who is told in {@code x-envoy-attempt-count} how often a request was tried. */
  public record AttemptCount(boolean toEndpoint, boolean toClient) {
    public static final AttemptCount NOBODY = new AttemptCount(false, false);
    public static final AttemptCount ENDPOINT = new AttemptCount(true, false);
  }
}
