package dev.weft.proxy.http1;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Closes a connection whose client may still be sending: a close at once would take the last answer
 * away from it with a reset, so only our direction ends at first (RFC 9112, section 9.6).
 */
final class LingeringClose {
  private final Http1Connection connection;
  private final Duration patience;
  private final String detail;

  /**
   * @param patience how long a client may take to read the answer before what it sends is cut off
   */
  LingeringClose(Http1Connection connection, Duration patience, String detail) {
    this.connection = connection;
    this.patience = patience;
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
    ctx.executor().schedule(this::close, patience.toNanos(), TimeUnit.NANOSECONDS);
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
