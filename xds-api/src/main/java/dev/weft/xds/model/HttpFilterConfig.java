package dev.weft.xds.model;

/**
 * One HTTP filter of a connection manager, in the order of requests. Every filter that Weft
 * enforces is a record that implements this; the router is implied and never listed.
 */
public interface HttpFilterConfig {
  /**
   * The name it was configured under; unique within its manager, and the key of per-route
   * overrides.
   */
  String name();
}
