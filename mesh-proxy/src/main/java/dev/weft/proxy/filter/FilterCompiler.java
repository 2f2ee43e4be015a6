package dev.weft.proxy.filter;

import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.HttpFilterRouteConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the configuration of filters into factories; the one place that knows them all. */
@FunctionalInterface
public interface FilterCompiler {
  /**
   * Compiles one filter.
   *
   * @param routes what route, virtual host and so on say of it, the most specific first; empty
   *     where they say nothing
   * @return null if it then has nothing to do
   * @throws IllegalArgumentException naming the filter, if it is not known
   */
  @Nullable HttpFilterFactory compile(
      HttpFilterConfig config, List<HttpFilterRouteConfig> routes, FilterSite site);
}
