package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * What a route says of a {@link BufferFilter}.
 *
 * @param maxBytes null to keep nothing back
 */
public record BufferRoute(@Nullable Integer maxBytes) implements HttpFilterRouteConfig {}
