package dev.weft.proxy.filter;

import dev.weft.proxy.filter.access.AccessCheck;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.RbacFilter;

/** Every HTTP filter of the proxy. */
public final class HttpFilters implements FilterCompiler {
  @Override
  public HttpFilterFactory compile(HttpFilterConfig config, FilterSite site) {
    return switch (config) {
      case RbacFilter rbac -> AccessCheck.of(rbac, site);
      default -> FilterCompiler.NONE.compile(config, site);
    };
  }
}
