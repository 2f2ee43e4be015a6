package dev.weft.xds.model;

import java.util.List;
import java.util.Set;

/**
 * Which redirects of endpoints the proxy follows itself instead of telling the client ({@code
 * envoy.config.route.v3.InternalRedirectPolicy}).
 *
 * @param max how many for one request
 * @param statuses of 301, 302, 303, 307 and 308
 * @param predicates asked in this order; all must accept the new route
 * @param crossScheme whether a redirect may lead from http to https, or back
 * @param copiedHeaders lower case; the new request has of these what the redirect has
 */
public record InternalRedirectPolicy(
    int max,
    Set<Integer> statuses,
    List<Predicate> predicates,
    boolean crossScheme,
    List<String> copiedHeaders) {
  public InternalRedirectPolicy {
    statuses = Set.copyOf(statuses);
    predicates = List.copyOf(predicates);
    copiedHeaders = List.copyOf(copiedHeaders);
  }

  /** Says where a redirect may lead. */
  public sealed interface Predicate {}

  /** To routes with these names. */
  public record AllowListedRoutes(Set<String> names) implements Predicate {
    public AllowListedRoutes {
      names = Set.copyOf(names);
    }
  }

  /** Not to where this route has sent the same request before. */
  public record PreviousRoutes() implements Predicate {}

  /** Not from http to https. */
  public record SafeCrossScheme() implements Predicate {}
}
