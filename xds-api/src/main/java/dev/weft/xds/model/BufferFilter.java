package dev.weft.xds.model;

/**
 * Keeps requests back until they are complete ({@code
 * envoy.extensions.filters.http.buffer.v3.Buffer}).
 *
 * @param maxBytes a longer body is refused; at least 1
 */
public record BufferFilter(String name, int maxBytes) implements HttpFilterConfig {}
