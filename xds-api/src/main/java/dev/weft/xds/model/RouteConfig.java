package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;

/**
 * A route table ({@code envoy.config.route.v3.RouteConfiguration}).
 *
 * @param filters what it says of HTTP filters, by their names
 */
public record RouteConfig(
    String name,
    List<VirtualHost> virtualHosts,
    HeaderMutations headers,
    Map<String, FilterOverride> filters)
    implements XdsResource {
  public RouteConfig {
    virtualHosts = List.copyOf(virtualHosts);
    filters = Map.copyOf(filters);
  }

  /** A table that leaves filters as they are. */
  public RouteConfig(String name, List<VirtualHost> virtualHosts, HeaderMutations headers) {
    this(name, virtualHosts, headers, Map.of());
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.ROUTE, name);
  }
}
