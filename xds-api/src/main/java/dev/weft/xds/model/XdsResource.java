package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;

/** A validated resource of any type. */
public sealed interface XdsResource permits Listener, RouteConfig, Cluster, EndpointSet, Secret {
  /** Its type and name. */
  ResourceKey key();
}
