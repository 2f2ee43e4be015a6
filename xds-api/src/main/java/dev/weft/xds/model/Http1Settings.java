package dev.weft.xds.model;

/**
 * What is taken from clients over HTTP/1 besides HTTP/1.1 itself ({@code
 * envoy.config.core.v3.Http1ProtocolOptions} of a connection manager).
 *
 * @param acceptHttp10 false answers HTTP/1.0 with 426
 * @param defaultHost of requests in HTTP/1.0 without {@code host}; empty refuses those
 * @param customMethods whether methods pass that are in no registry; they get 400 otherwise
 * @param properCase whether names of headers in answers have capitals ({@code Content-Type})
 */
public record Http1Settings(
    boolean acceptHttp10, String defaultHost, boolean customMethods, boolean properCase) {
  /** As Envoy has it where nothing is said. */
  public static final Http1Settings DEFAULT = new Http1Settings(false, "", false, false);

  /** The same, and methods that nobody has registered pass. */
  public Http1Settings withCustomMethods() {
    return new Http1Settings(acceptHttp10, defaultHost, true, properCase);
  }
}
