package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;

/**
 * A route table ({@code envoy.config.route.v3.RouteConfiguration}).
 *
 * @param internalOnlyHeaders taken away from requests that are not internal; lower case
 * @param mostSpecificHeadersWin whether header changes are made from the table inwards, so that the
 *     route's win; else the table's do
 * @param ignorePort whether hosts are matched without their port
 * @param ignorePathParameters whether paths are matched without the parameters of their segments
 * @param mirrors of virtual hosts and routes without mirrors of their own
 * @param filters what it says of HTTP filters, by their names
 */
@RecordBuilder
public record RouteConfig(
    String name,
    List<VirtualHost> virtualHosts,
    HeaderMutations headers,
    List<String> internalOnlyHeaders,
    boolean mostSpecificHeadersWin,
    boolean ignorePort,
    boolean ignorePathParameters,
    List<Mirror> mirrors,
    Map<String, FilterOverride> filters)
    implements XdsResource {
  public RouteConfig {
    virtualHosts = List.copyOf(virtualHosts);
    internalOnlyHeaders = List.copyOf(internalOnlyHeaders);
    mirrors = List.copyOf(mirrors);
    filters = Map.copyOf(filters);
  }

  /** A table that says only this of filters, with Envoy's defaults. */
  public RouteConfig(
      String name,
      List<VirtualHost> virtualHosts,
      HeaderMutations headers,
      Map<String, FilterOverride> filters) {
    this(name, virtualHosts, headers, List.of(), false, false, false, List.of(), filters);
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
