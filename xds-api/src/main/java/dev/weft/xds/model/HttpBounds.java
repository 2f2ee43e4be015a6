package dev.weft.xds.model;

import java.time.Duration;

/**
 * What bounds HTTP connections to endpoints, and what endpoints say ({@code
 * common_http_protocol_options} of a cluster).
 *
 * @param connectionDuration after which a connection takes no more requests; zero for never
 * @param streamDuration of one try, from its connection to the end of its answer; zero for no bound
 * @param headers that an answer may have, and its trailers; at least 1
 * @param headerKib of all of them; 1 to 8192
 */
public record HttpBounds(
    Duration connectionDuration, Duration streamDuration, int headers, int headerKib) {
  /** Envoy's defaults. */
  public static final HttpBounds DEFAULTS = new HttpBounds(Duration.ZERO, Duration.ZERO, 100, 60);

  /** {@link #headerKib} in bytes. */
  public int headerBytes() {
    return headerKib * 1024;
  }
}
