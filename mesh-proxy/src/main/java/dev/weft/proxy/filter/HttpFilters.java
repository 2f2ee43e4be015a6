package dev.weft.proxy.filter;

import dev.weft.proxy.filter.access.AccessCheck;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every HTTP filter of the proxy. */
public final class HttpFilters implements FilterCompiler {
  @Override
  public @Nullable HttpFilterFactory compile(
      HttpFilterConfig config, List<HttpFilterRouteConfig> routes, FilterSite site) {
    return switch (config) {
      case RbacFilter rbac -> AccessCheck.of(rbac, first(RbacRoute.class, routes), site);
      default ->
          throw new IllegalArgumentException(
              "HTTP filter " + config.name() + " is not known to this proxy; remove it");
    };
  }

  /** The most specific configuration of a kind, as Envoy looks for it. */
  private static <C extends HttpFilterRouteConfig> @Nullable C first(
      Class<C> kind, List<HttpFilterRouteConfig> routes) {
    for (HttpFilterRouteConfig config : routes) {
      if (kind.isInstance(config)) {
        return kind.cast(config);
      }
    }
    return null;
  }
}
