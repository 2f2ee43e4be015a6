package dev.weft.proxy.stream;

import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.TlsSession;
import dev.weft.xds.model.Tlv;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection once it can carry streams.
 *
 * @param local where it leads to; as a PROXY header says where one came, or as the system does of a
 *     connection that it redirected
 * @param remote who it comes from; as a PROXY header says where one came. Of one to an endpoint
 *     that endpoint's address, of several the first
 * @param peer who the other side proved to be by its certificate; null on plaintext and where no
 *     certificate was asked for
 * @param serverName the SNI; null if none was sent
 * @param http2 whether HTTP/2 is spoken
 * @param session what TLS agreed on; null on plaintext
 * @param id tells connections apart in logs; as good as unique, below 2^53
 * @param directLocal this end of the socket, whatever a PROXY header says
 * @param directRemote the other end of the socket, whatever it says; which of an endpoint's
 *     addresses that is
 * @param restored whether somebody said where it leads to, be it this end of the socket
 * @param tlvs what is kept of a PROXY header besides addresses
 * @param notes what is noted of such a header, by namespaces
 */
public record ConnectionInfo(
    InetSocketAddress local,
    InetSocketAddress remote,
    boolean tls,
    @Nullable PeerIdentity peer,
    @Nullable String serverName,
    boolean http2,
    @Nullable TlsSession session,
    long id,
    InetSocketAddress directLocal,
    InetSocketAddress directRemote,
    boolean restored,
    List<Tlv> tlvs,
    Map<String, ?> notes) {
  private static final long IDS = 1L << 53;

  /** A connection of which no more is known, with an id of its own. */
  public ConnectionInfo(
      InetSocketAddress local,
      InetSocketAddress remote,
      boolean tls,
      @Nullable PeerIdentity peer,
      @Nullable String serverName,
      boolean http2) {
    this(local, remote, tls, peer, serverName, http2, null);
  }

  /** A connection with an id of its own. */
  public ConnectionInfo(
      InetSocketAddress local,
      InetSocketAddress remote,
      boolean tls,
      @Nullable PeerIdentity peer,
      @Nullable String serverName,
      boolean http2,
      @Nullable TlsSession session) {
    this(
        local,
        remote,
        tls,
        peer,
        serverName,
        http2,
        session,
        ThreadLocalRandom.current().nextLong(1, IDS),
        local,
        remote,
        false,
        List.of(),
        Map.of());
  }

  /** The same connection, carried by a socket between others. */
  public ConnectionInfo over(
      InetSocketAddress socketLocal,
      InetSocketAddress socketRemote,
      boolean isRestored,
      List<Tlv> told) {
    return over(socketLocal, socketRemote, isRestored, told, Map.of());
  }

  /** The same of which more was said. */
  public ConnectionInfo over(
      InetSocketAddress socketLocal,
      InetSocketAddress socketRemote,
      boolean isRestored,
      List<Tlv> told,
      Map<String, ?> noted) {
    return new ConnectionInfo(
        local,
        remote,
        tls,
        peer,
        serverName,
        http2,
        session,
        id,
        socketLocal,
        socketRemote,
        isRestored,
        told,
        noted);
  }
}
