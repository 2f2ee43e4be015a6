package dev.weft.proxy.config;

import dev.weft.proxy.filter.FilterSet;
import dev.weft.proxy.filter.HttpFilterChain;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.CompiledRoutes;
import dev.weft.xds.match.RouteTable;
import java.util.List;

/** A route table as one connection manager uses it: with its filters, as routes change them. */
public final class BoundRoutes {
  private final CompiledRoutes routes;
  private final List<HttpFilterChain> chains;

  private BoundRoutes(CompiledRoutes routes, List<HttpFilterChain> chains) {
    this.routes = routes;
    this.chains = chains;
  }

  static BoundRoutes of(CompiledRoutes routes, FilterSet filters) {
    return new BoundRoutes(routes, filters.bind(routes.overrides()));
  }

  CompiledRoutes routes() {
    return routes;
  }

  /** The routes. */
  public RouteTable<CompiledRoute> table() {
    return routes.table();
  }

  /**
   * The filters for a request.
   *
   * @param number that of its route or target; 0 without any
   */
  public HttpFilterChain filters(int number) {
    return chains.get(number);
  }
}
