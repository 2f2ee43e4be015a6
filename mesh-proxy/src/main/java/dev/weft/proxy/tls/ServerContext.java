package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;

/**
 * What the handshakes of a server are done with.
 *
 * @param certificates null if there is but one
 */
public record ServerContext(SslContext context, @Nullable CertificateTable certificates) {
  /** Whether the hello of a client has to be read before its handshake. */
  public boolean readsHello() {
    return certificates != null;
  }

  /**
   * Begins with a connection.
   *
   * @param settings that the context was made for
   */
  public SslHandler handler(ByteBufAllocator alloc, DownstreamTls settings, ClientOffer offer) {
    SslHandler handler =
        certificates == null
            ? context.newHandler(alloc)
            : context.newHandler(alloc, OwnKeys.peer(certificates.choose(offer)), 0);
    WholeHandshakes.require(handler.engine(), settings);
    CipherOrder.prepare(handler.engine(), settings);
    return handler;
  }
}
