package dev.weft.proxy.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** How long the stream of a try may live ({@code max_stream_duration}). Confined to its loop. */
final class TryLife {
  private final EventLoop loop;
  private final Duration bound;
  private @Nullable Future<?> timer;

  TryLife(EventLoop loop, Duration bound) {
    this.loop = loop;
    this.bound = bound;
  }

  /** The stream is open. */
  void begin(Runnable over) {
    timer = loop.schedule(over, Math.max(1, bound.toMillis()), TimeUnit.MILLISECONDS);
  }

  /** It is not any more. */
  void end() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
