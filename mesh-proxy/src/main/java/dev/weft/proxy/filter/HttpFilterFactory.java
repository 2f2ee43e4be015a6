package dev.weft.proxy.filter;

/** A configured filter; compiled once, shared by all loops. */
@FunctionalInterface
public interface HttpFilterFactory {
  /** The filter for one request. */
  HttpFilter create(FilterContext context);
}
