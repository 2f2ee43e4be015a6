package dev.weft.proxy.http2;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Leaves the connection of a client that did harm open for a while, unread: whoever waits for its
 * end before coming again comes less often, and new connections are what a flood costs most.
 */
final class DelayedClose {
  /** At a time, of all loops: more are closed at once, for each holds a descriptor. */
  private static final int MOST = 1000;

  private static final AtomicInteger WAITING = new AtomicInteger();

  private DelayedClose() {}

  /** Whether there is room for one more; whoever gets it gives it back with {@link #begin}. */
  static boolean take(Duration delay) {
    if (delay.isZero() || WAITING.incrementAndGet() <= MOST) {
      return delay.isPositive();
    }
    WAITING.decrementAndGet();
    return false;
  }

  /** Reads no more, and closes after the delay. */
  static void begin(ChannelHandlerContext ctx, Duration delay) {
    Channel channel = ctx.channel();
    channel.closeFuture().addListener(closed -> WAITING.decrementAndGet());
    channel.config().setAutoRead(false);
    ctx.executor().schedule(() -> ctx.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
