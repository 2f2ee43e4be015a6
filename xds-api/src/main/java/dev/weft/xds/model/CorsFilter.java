package dev.weft.xds.model;

/**
 * Tells browsers which origins may call, by the {@link CorsPolicy} of routes ({@code
 * envoy.extensions.filters.http.cors.v3.Cors}).
 */
public record CorsFilter(String name) implements HttpFilterConfig {}
