package dev.weft.xds.model;

/**
 * What one route, or what is around it, wants of an HTTP filter. Every filter that routes have a
 * say in has a record that implements this.
 */
public interface HttpFilterRouteConfig {}
