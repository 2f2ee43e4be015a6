package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;

/** A route table ({@code envoy.config.route.v3.RouteConfiguration}). */
public record RouteConfig(String name, List<VirtualHost> virtualHosts, HeaderMutations headers)
    implements XdsResource {
  public RouteConfig {
    virtualHosts = List.copyOf(virtualHosts);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.ROUTE, name);
  }
}
