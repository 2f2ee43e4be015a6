package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.ssl.SslContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes TLS contexts that follow their secrets: a rotated certificate counts for the next
 * handshake, and connections that are open stay. Safe for use from any thread.
 */
public interface TlsContexts {
  /** For accepted connections; called when a Runtime is compiled. */
  Context server(DownstreamTls tls);

  /**
   * For connections to endpoints; called when a Runtime is compiled. Peer names are verified by the
   * context itself.
   */
  Context client(UpstreamTls tls);

  /** A context whose secrets may still be on their way, and may change. */
  interface Context {
    /**
     * The context to use for the next handshake, or null while a secret is missing. One volatile
     * read.
     */
    @Nullable SslContext current();

    /** The same of a server, with what chooses among its certificates. */
    default @Nullable ServerContext server() {
      SslContext context = current();
      return context == null ? null : new ServerContext(context, null);
    }
  }
}
