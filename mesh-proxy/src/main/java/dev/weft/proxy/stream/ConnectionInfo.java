package dev.weft.proxy.stream;

import dev.weft.proxy.tls.PeerIdentity;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection once it can carry streams.
 *
 * @param peer who the other side proved to be by its certificate; null on plaintext and where no
 *     certificate was asked for
 * @param serverName the SNI; null if none was sent
 * @param http2 whether HTTP/2 is spoken
 */
public record ConnectionInfo(
    InetSocketAddress local,
    InetSocketAddress remote,
    boolean tls,
    @Nullable PeerIdentity peer,
    @Nullable String serverName,
    boolean http2) {}
