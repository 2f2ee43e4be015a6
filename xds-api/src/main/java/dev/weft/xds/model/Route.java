package dev.weft.xds.model;

/**
 * A condition and what to do.
 *
 * @param name may be empty
 */
public record Route(String name, RouteMatch match, RouteAction action, HeaderMutations headers) {}
