package dev.weft.xds.model;

/**
 * What requests of a route are called in traces ({@code envoy.config.route.v3.Decorator}).
 *
 * @param operation not empty
 * @param propagate whether the other end of the hop is told, in {@code
 *     x-envoy-decorator-operation}: the endpoint by what sends requests out, the client by what
 *     takes them in
 */
public record Decorator(String operation, boolean propagate) {}
