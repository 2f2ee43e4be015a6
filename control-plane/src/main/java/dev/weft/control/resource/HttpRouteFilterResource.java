package dev.weft.control.resource;

/**
 * What rules of routes refer to by {@code ExtensionRef}: more than the Gateway API has filters for.
 *
 * @param filter {@link RouteFilter.DirectResponse}, or a {@link RouteFilter.UrlRewrite} by an
 *     expression
 */
public record HttpRouteFilterResource(Metadata metadata, RouteFilter filter) implements Resource {}
