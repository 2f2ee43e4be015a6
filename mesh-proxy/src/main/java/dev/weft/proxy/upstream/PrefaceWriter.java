package dev.weft.proxy.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/**
 * Begins a connection with its PROXY header: as soon as there is one, before anybody is told of it.
 * It stands first, so that TLS comes after.
 */
final class PrefaceWriter extends ChannelOutboundHandlerAdapter {
  private final Preface preface;

  PrefaceWriter(Preface preface) {
    this.preface = preface;
  }

  @Override
  public void connect(
      ChannelHandlerContext ctx, SocketAddress remote, SocketAddress local, ChannelPromise told) {
    ChannelPromise connected = ctx.newPromise();
    connected.addListener(
        done -> {
          if (!done.isSuccess()) {
            told.tryFailure(done.cause());
            return;
          }
          ByteBuf header = ctx.alloc().buffer();
          preface.write(
              header, (InetSocketAddress) ctx.channel().localAddress(), (InetSocketAddress) remote);
          ctx.writeAndFlush(header, ctx.voidPromise());
          told.trySuccess();
        });
    ctx.connect(remote, local, connected);
  }
}
