package dev.weft.xds.model;

/**
 * A filter that takes no part, except where a route configures it ({@code HttpFilter.disabled}).
 */
public record DisabledFilter(HttpFilterConfig filter) implements HttpFilterConfig {
  @Override
  public String name() {
    return filter.name();
  }
}
