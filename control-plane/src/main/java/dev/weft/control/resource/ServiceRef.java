package dev.weft.control.resource;

import org.jspecify.annotations.Nullable;

/**
 * The Service a route is attached to (a GAMMA parent of the Gateway API).
 *
 * @param namespace the route's where the document names none
 * @param port a port number of the service; null: every port the route can serve
 */
public record ServiceRef(String namespace, String name, @Nullable Integer port) {}
