package dev.weft.proxy.route;

import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.RouteConfig;
import java.util.List;
import java.util.Map;

/**
 * A route table, compiled.
 *
 * @param overrides what routes say of HTTP filters, by the number that {@link
 *     CompiledRoute#filters} and {@link WeightedTargets.Target#filters} have: for each filter by
 *     its name, most specific first. Number 0 says nothing
 */
public record CompiledRoutes(
    RouteTable<CompiledRoute> table, List<Map<String, List<FilterOverride>>> overrides) {

  /** Compiles a table. */
  public static CompiledRoutes compile(RouteConfig config) {
    FilterNumbers numbers = new FilterNumbers();
    RouteTable<CompiledRoute> table =
        RouteTable.compile(
            config,
            (host, route) -> CompiledRoute.compile(config, host, route, numbers),
            host -> CompiledRoute.toTls(config, host, numbers));
    return new CompiledRoutes(table, numbers.overrides());
  }
}
