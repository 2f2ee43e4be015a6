package dev.weft.proxy.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** Waits for TLS behind the TLS handler; then it takes itself out. */
final class TlsHandshake extends ChannelInboundHandlerAdapter {
  private final DownstreamConnection connection;

  TlsHandshake(DownstreamConnection connection) {
    this.connection = connection;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      ctx.fireUserEventTriggered(event);
      return;
    }
    if (handshake.isSuccess()) {
      connection.onSecured();
      ctx.pipeline().remove(this);
    } else {
      connection.onNotSecured(handshake.cause());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The TLS handler has told why, and closes; whatever else happens ends the connection too.
    ctx.close();
  }
}
