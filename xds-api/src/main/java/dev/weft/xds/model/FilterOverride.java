package dev.weft.xds.model;

/**
 * What a route, a weighted cluster, a virtual host or a route table says of the HTTP filter that
 * has the name it stands under ({@code typed_per_filter_config}). The most specific one counts.
 */
public sealed interface FilterOverride {
  /** The filter takes no part. */
  record Disable() implements FilterOverride {}

  /** The filter takes part as the manager configures it, a {@link DisabledFilter} too. */
  record Enable() implements FilterOverride {}

  /** The filter works as said here, a {@link DisabledFilter} too. */
  record Configure(HttpFilterRouteConfig config) implements FilterOverride {}
}
