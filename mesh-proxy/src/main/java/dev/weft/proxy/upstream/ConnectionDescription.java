package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.TlsSession;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.util.List;

/** What logs and operators say of a connection to an endpoint. */
public final class ConnectionDescription {
  private ConnectionDescription() {}

  /**
   * Describes a connection that can be used; on its loop.
   *
   * @param address which of the target's addresses it leads to
   */
  public static ConnectionInfo of(
      Channel channel, UpstreamTarget target, InetSocketAddress address, boolean http2) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    PeerIdentity peer = tls == null ? null : PeerIdentities.of(tls.engine().getSession());
    InetSocketAddress local = (InetSocketAddress) channel.localAddress();
    ConnectionInfo info =
        new ConnectionInfo(
            local,
            target.address(),
            tls != null,
            peer,
            target.serverName(),
            http2,
            tls == null ? null : TlsSession.of(tls.engine().getSession()));
    // The endpoint is known by its first address, whichever of them answered.
    return address.equals(target.address()) ? info : info.over(local, address, false, List.of());
  }
}
