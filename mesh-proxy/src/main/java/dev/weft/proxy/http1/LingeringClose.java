package dev.weft.proxy.http1;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client may still be sending: a close at once would take the last answer
 * away from it with a reset, so only our direction ends at first (RFC 9112, section 9.6).
 */
final class LingeringClose {
  /** How long a client may take to read the answer before what it sends is cut off. */
  private static final long MILLIS = 1000;

  private final Http1Connection connection;
  private final String detail;

  LingeringClose(Http1Connection connection, String detail) {
    this.connection = connection;
    this.detail = detail;
  }

  /** Begins once what was written has gone. */
  void begin() {
    connection.afterFlush(this::endOutput);
  }

  private void endOutput() {
    if (connection.isGone()) {
      return;
    }
    ChannelHandlerContext ctx = connection.context();
    ctx.executor().schedule(this::close, MILLIS, TimeUnit.MILLISECONDS);
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
    } else if (ctx.channel() instanceof DuplexChannel channel) {
      channel.shutdownOutput();
    }
  }

  private void close() {
    connection.closeAfterFlush(detail);
  }
}
