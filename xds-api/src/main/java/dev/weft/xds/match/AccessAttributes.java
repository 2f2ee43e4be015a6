package dev.weft.xds.match;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What access rules look at: a request and the connection it came by. Called on the thread that
 * asks for a decision, any number of times; what nobody asks for need not be worked out.
 */
public interface AccessAttributes {
  /** The request, its path in the form that routing sees. */
  RequestView request();

  /** Whether the peer showed a certificate that was verified. */
  boolean authenticated();

  /**
   * Whether a name of the peer's certificate passes the test: one of its URI and DNS SANs, or its
   * subject where it has neither; false without a certificate.
   */
  boolean anyPrincipal(Predicate<? super CharSequence> test);

  /** The address the client connected to. */
  InetSocketAddress destination();

  /** The peer of the socket. */
  InetAddress directRemote();

  /** Who the connection comes from: the peer, or whom its PROXY header names. */
  InetAddress source();

  /** The client, as far as what it is told by can be trusted. */
  InetAddress remote();

  /** The SNI; null if none was sent. */
  @Nullable CharSequence serverName();
}
