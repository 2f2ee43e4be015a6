package dev.weft.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;

/** Forgets what a connection sends that is not served; after some of it, it reads no more. */
final class Unheard extends ChannelInboundHandlerAdapter {
  private static final int MOST = 64 * 1024;

  private int heard;

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    heard += message instanceof ByteBuf bytes ? bytes.readableBytes() : 0;
    ReferenceCountUtil.release(message);
    if (heard >= MOST) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
