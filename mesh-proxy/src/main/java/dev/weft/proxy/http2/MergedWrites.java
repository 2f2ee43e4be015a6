package dev.weft.proxy.http2;

import dev.weft.proxy.stream.MergeBuffer;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import org.jspecify.annotations.Nullable;

/**
 * Between the codec and the socket: what was merged goes before whatever the codec writes by
 * itself, so that frames keep their order (an acknowledgement of SETTINGS above all: what was
 * encoded under the old ones has to precede it). Confined to its loop.
 */
final class MergedWrites extends ChannelOutboundHandlerAdapter {
  private @Nullable MergeBuffer out;

  /** Where small frames are put together. */
  MergeBuffer out() {
    MergeBuffer added = out;
    if (added == null) {
      throw new IllegalStateException("the HTTP/2 handler is not in a pipeline yet");
    }
    return added;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    out = new MergeBuffer(ctx);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    out().release();
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    out().spill();
    ctx.write(message, promise);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    out().spill();
    ctx.flush();
  }
}
