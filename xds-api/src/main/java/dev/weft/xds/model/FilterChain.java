package dev.weft.xds.model;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the connections that match.
 *
 * @param name may be empty
 * @param tls null accepts plaintext
 * @param tlsHandshakeTimeout how long a handshake may take; zero means for ever
 * @param filter the terminal network filter
 * @param connectionLimit how many connections it takes at a time; null for any number
 */
public record FilterChain(
    String name,
    ChainMatch match,
    @Nullable DownstreamTls tls,
    Duration tlsHandshakeTimeout,
    NetworkFilter filter,
    @Nullable ConnectionLimit connectionLimit) {
  /** A chain that takes any number of connections. */
  public FilterChain(
      String name,
      ChainMatch match,
      @Nullable DownstreamTls tls,
      Duration tlsHandshakeTimeout,
      NetworkFilter filter) {
    this(name, match, tls, tlsHandshakeTimeout, filter, null);
  }
}
