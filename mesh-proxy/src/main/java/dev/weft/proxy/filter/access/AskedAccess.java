package dev.weft.proxy.filter.access;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.ForwardedFor;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.xds.match.AccessAttributes;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A request and its connection as access rules look at them. */
final class AskedAccess implements AccessAttributes {
  private final RequestHeadView request;
  private final Http2Headers headers;
  private final ConnectionInfo connection;
  private final HttpConnectionManager manager;

  AskedAccess(Http2Headers headers, ConnectionInfo connection, HttpConnectionManager manager) {
    this.request = new RequestHeadView(headers, connection);
    this.headers = headers;
    this.connection = connection;
    this.manager = manager;
  }

  @Override
  public RequestView request() {
    return request;
  }

  /**
   * Stricter than Envoy, to whom any TLS connection is authenticated: without a certificate nobody
   * is known.
   */
  @Override
  public boolean authenticated() {
    return connection.peer() != null;
  }

  @Override
  public boolean anyPrincipal(Predicate<? super CharSequence> test) {
    PeerIdentity peer = connection.peer();
    if (peer == null) {
      return false;
    }
    if (peer.uris().isEmpty() && peer.dnsNames().isEmpty()) {
      return test.test(peer.subject());
    }
    return any(peer.uris(), test) || any(peer.dnsNames(), test);
  }

  private static boolean any(List<String> names, Predicate<? super CharSequence> test) {
    for (int i = 0; i < names.size(); i++) {
      if (test.test(names.get(i))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public InetSocketAddress destination() {
    return connection.local();
  }

  @Override
  public InetAddress directRemote() {
    return connection.directRemote().getAddress();
  }

  @Override
  public InetAddress source() {
    return connection.remote().getAddress();
  }

  @Override
  public InetAddress remote() {
    InetAddress forwarded = ForwardedFor.client(headers, manager);
    return forwarded == null ? source() : forwarded;
  }

  @Override
  public @Nullable CharSequence serverName() {
    return connection.serverName();
  }
}
