package dev.weft.xds.model;

/** Where the authority that an endpoint sees comes from. */
public sealed interface HostRewrite {
  /** It is this. */
  record Literal(String host) implements HostRewrite {}

  /** The host name of the endpoint that is picked; without one it stays. */
  record Auto() implements HostRewrite {}

  /** The value of this header of the request; without one it stays. Lower case. */
  record Header(String name) implements HostRewrite {}

  /** What the path, without its query, becomes. */
  record PathRegex(RegexRewrite rewrite) implements HostRewrite {}
}
