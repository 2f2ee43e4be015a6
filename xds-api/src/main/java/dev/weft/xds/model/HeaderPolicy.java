package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;

/**
 * What a connection manager makes of single headers.
 *
 * @param serverName what {@code server} says; empty for the proxy's own name
 * @param via added to {@code via} of requests and answers; empty for nothing
 * @param preserveExternalRequestId whether a stranger's {@code x-request-id} stays
 * @param requestIdInResponse whether answers say the request's id
 * @param skipXffAppend leaves {@code x-forwarded-for} as it came
 * @param appendXForwardedPort says the port that was connected to, unless one is said
 * @param stripTrailingHostDot takes away one dot at the end of the host
 * @param trailers whether trailers of HTTP/1.1 pass, to clients and from them
 * @param envoyHeaders whether forwarding adds {@code x-envoy-} headers of its own: the time that
 *     was expected and taken, the path and host before a rewrite, that the proxy is overloaded
 */
@RecordBuilder
public record HeaderPolicy(
    String serverName,
    ServerHeader serverHeader,
    String via,
    boolean preserveExternalRequestId,
    boolean requestIdInResponse,
    boolean skipXffAppend,
    boolean appendXForwardedPort,
    HostPort hostPort,
    boolean stripTrailingHostDot,
    boolean trailers,
    boolean envoyHeaders) {
  /** Envoy's defaults. */
  public static final HeaderPolicy DEFAULT =
      new HeaderPolicy(
          "",
          ServerHeader.OVERWRITE,
          "",
          false,
          false,
          false,
          false,
          HostPort.KEEP,
          false,
          false,
          true);

  /** The same with trailers of HTTP/1.1. */
  public HeaderPolicy withTrailers() {
    return HeaderPolicyBuilder.builder(this).trailers(true).build();
  }

  /** What is done with {@code server} in answers. */
  public enum ServerHeader {
    OVERWRITE,
    APPEND_IF_ABSENT,
    PASS_THROUGH
  }

  /** What is done with the port in the host, before routes are looked for. */
  public enum HostPort {
    /** It stays. */
    KEEP,
    /** It goes if it is the port that the listener has. */
    STRIP_MATCHING,
    /** It goes. */
    STRIP_ANY
  }
}
