package dev.weft.xds.model;

import java.util.List;

/** A route table ({@code envoy.config.route.v3.RouteConfiguration}). */
public record RouteConfig(String name, List<VirtualHost> virtualHosts, HeaderMutations headers) {
  public RouteConfig {
    virtualHosts = List.copyOf(virtualHosts);
  }
}
