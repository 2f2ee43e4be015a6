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
 */
public record FilterChain(
    String name,
    ChainMatch match,
    @Nullable DownstreamTls tls,
    Duration tlsHandshakeTimeout,
    NetworkFilter filter) {}
