package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which origins may call ({@code envoy.extensions.filters.http.cors.v3.CorsPolicy}). What is empty
 * or null here counts as the next level around the route says.
 *
 * @param forwardNotMatching whether preflights of other origins go to the endpoint; null for yes
 * @param enabled the requests that it is for
 * @param shadow where it is not enabled, those that are counted
 */
public record CorsPolicy(
    List<StringMatch> origins,
    String allowMethods,
    String allowHeaders,
    String exposeHeaders,
    String maxAge,
    @Nullable Boolean credentials,
    @Nullable Boolean privateNetwork,
    @Nullable Boolean forwardNotMatching,
    Fraction enabled,
    Fraction shadow)
    implements HttpFilterRouteConfig {
  public CorsPolicy {
    origins = List.copyOf(origins);
  }
}
