package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a request goes into the hash by which ring hash and Maglev pick ({@code
 * envoy.config.route.v3.RouteAction.HashPolicy}).
 */
public sealed interface HashPolicy {
  /** Whether the policies after this one count no more once there is a hash. */
  boolean terminal();

  /**
   * The values of a header.
   *
   * @param name in lower case
   * @param rewrite changes the values before they are hashed; null leaves them
   */
  record Header(String name, @Nullable RegexRewrite rewrite, boolean terminal)
      implements HashPolicy {}

  /**
   * A cookie.
   *
   * @param ttl of the cookie that a client without one gets, in whole seconds; zero for as long as
   *     the client runs, null to give none
   * @param path of that cookie; may be empty
   */
  record Cookie(
      String name,
      @Nullable Duration ttl,
      String path,
      List<CookieAttribute> attributes,
      boolean terminal)
      implements HashPolicy {
    public Cookie {
      attributes = List.copyOf(attributes);
    }
  }

  /** An attribute of a cookie; with an empty value only its name is sent. */
  record CookieAttribute(String name, String value) {}

  /** The client's address. */
  record SourceIp(boolean terminal) implements HashPolicy {}

  /** The first value of a query parameter, as it stands in the path. */
  record QueryParameter(String name, boolean terminal) implements HashPolicy {}
}
