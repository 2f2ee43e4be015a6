package dev.weft.proxy.stream;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.concurrent.TimeUnit;

/**
 * Waits until everything that was written to a channel has gone, before what ends the connection is
 * done. A peer that takes nothing of it for a while is cut off: it would keep the connection, and
 * the bytes that wait for it, for as long as it likes.
 */
public final class LastFlush {
  /** How long a peer may take nothing at all. */
  static final long PATIENCE_SECONDS = 5;

  private final ChannelHandlerContext ctx;
  private long unsent;

  private LastFlush(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  /** Closes once everything has gone. */
  public static void close(ChannelHandlerContext ctx) {
    then(ctx, ctx::close);
  }

  /** Does this once everything has gone; if it cannot, because the channel closes, too. */
  public static void then(ChannelHandlerContext ctx, Runnable action) {
    ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> action.run());
    LastFlush flush = new LastFlush(ctx);
    flush.unsent = flush.measure();
    flush.watch();
  }

  private void watch() {
    if (unsent > 0) {
      ctx.executor().schedule(this::look, PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void look() {
    Channel channel = ctx.channel();
    long before = unsent;
    unsent = measure();
    if (unsent >= before) {
      // What waits in the system's buffers is not worth more patience than what waits here.
      AbortiveClose.prepare(channel);
      // Past TLS, which would wait for its own last words to go.
      channel.unsafe().close(channel.voidPromise());
    } else {
      watch();
    }
  }

  private long measure() {
    ChannelOutboundBuffer out = ctx.channel().unsafe().outboundBuffer();
    return out == null ? 0 : unsent(out);
  }

  /** Bytes that were written to a channel and have not gone to the system. */
  private static long unsent(ChannelOutboundBuffer out) {
    // Of the entry that is being written only the whole is counted.
    return out.totalPendingWriteBytes() - out.currentProgress();
  }
}
