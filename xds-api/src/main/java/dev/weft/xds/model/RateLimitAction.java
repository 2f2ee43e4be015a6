package dev.weft.xds.model;

import java.util.List;

/**
 * What one entry of a request's descriptor is taken from ({@code
 * envoy.config.route.v3.RateLimit.Action}).
 */
public sealed interface RateLimitAction {
  /** The same for every request. */
  record GenericKey(String key, String value) implements RateLimitAction {}

  /**
   * The first value of a header.
   *
   * @param skipIfAbsent a request without it has no such entry, else it has no such descriptor
   */
  record RequestHeader(String header, String key, boolean skipIfAbsent)
      implements RateLimitAction {}

  /** The client's address, under {@code remote_address}. */
  record RemoteAddress() implements RateLimitAction {}

  /**
   * A value for requests whose headers match; others have no such descriptor.
   *
   * @param expected false means requests whose headers do not all match
   * @param headers all must match; at least one
   */
  record HeaderValueMatch(String key, String value, boolean expected, List<HeaderMatch> headers)
      implements RateLimitAction {
    /** Keeps the matches as they are. */
    public HeaderValueMatch {
      headers = List.copyOf(headers);
    }
  }
}
