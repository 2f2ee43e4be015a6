package dev.weft.proxy.stream;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action if a head was begun and is not complete in time. One that comes at once costs no
 * timer. Confined to its loop.
 */
public final class HeadTimer {
  private final long nanos;
  private final Runnable onTimeout;
  private @Nullable Future<?> timer;

  /**
   * @param timeout zero never runs the action
   */
  public HeadTimer(Duration timeout, Runnable onTimeout) {
    this.nanos = timeout.toNanos();
    this.onTimeout = onTimeout;
  }

  /** A head is open; its time counts from the first call. */
  public void start(EventExecutor loop) {
    if (timer == null && nanos > 0) {
      timer = loop.schedule(onTimeout, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** No head is open, or nothing that comes of it counts. */
  public void stop() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
