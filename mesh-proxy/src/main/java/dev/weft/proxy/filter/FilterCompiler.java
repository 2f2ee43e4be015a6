package dev.weft.proxy.filter;

import dev.weft.xds.model.HttpFilterConfig;

/** Turns the configuration of filters into factories; the one place that knows them all. */
@FunctionalInterface
public interface FilterCompiler {
  /** Knows no filters. */
  FilterCompiler NONE =
      (config, site) -> {
        throw new IllegalArgumentException(
            "HTTP filter " + config.name() + " is not known to this proxy; remove it");
      };

  /**
   * Compiles one filter.
   *
   * @throws IllegalArgumentException naming the filter, if it is not known
   */
  HttpFilterFactory compile(HttpFilterConfig config, FilterSite site);
}
