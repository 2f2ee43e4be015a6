package dev.weft.proxy.route;

import dev.weft.proxy.telemetry.RequestGroup;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.RouteConfig;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A route table, compiled.
 *
 * @param overrides what routes say of HTTP filters, by the number that {@link
 *     CompiledRoute#filters} and {@link WeightedTargets.Target#filters} have: for each filter by
 *     its name, most specific first. Number 0 says nothing
 */
public record CompiledRoutes(
    RouteTable<CompiledRoute> table, List<Map<String, List<FilterOverride>>> overrides) {

  /** A table without routes. */
  public static final CompiledRoutes NONE =
      compile(
          new RouteConfig("", List.of(), HeaderMutations.NONE, Map.of()),
          groups -> RequestTally.NONE);

  /**
   * Compiles a table.
   *
   * @param tallies counts requests of groups
   */
  public static CompiledRoutes compile(
      RouteConfig config, Function<List<RequestGroup>, RequestTally> tallies) {
    FilterNumbers numbers = new FilterNumbers();
    RouteTable<CompiledRoute> table =
        RouteTable.compile(
            config,
            (host, route) -> CompiledRoute.compile(config, host, route, numbers, tallies),
            host -> CompiledRoute.toTls(config, host, numbers));
    return new CompiledRoutes(table, numbers.overrides());
  }
}
