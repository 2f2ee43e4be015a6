package dev.weft.proxy.stream;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs an action once nothing has happened for a while. Becoming busy or idle costs a clock reading
 * only: the one timer looks again when it fires. Confined to its loop.
 */
public final class IdleTimer {
  private final EventExecutor loop;
  private final long nanos;
  private final Runnable onIdle;
  private long idleSince;
  private boolean busy;
  private @Nullable Future<?> timer;

  /**
   * @param timeout zero never runs the action
   */
  public IdleTimer(EventExecutor loop, Duration timeout, Runnable onIdle) {
    this.loop = loop;
    this.nanos = timeout.toNanos();
    this.onIdle = onIdle;
  }

  /** Nothing is going on from now on. */
  public void idle() {
    busy = false;
    idleSince = System.nanoTime();
    if (nanos > 0 && timer == null) {
      timer = loop.schedule(this::look, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /** Something is going on until the next {@link #idle}. */
  public void busy() {
    busy = true;
  }

  /** The action runs no more. */
  public void stop() {
    busy = true;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private void look() {
    timer = null;
    if (busy) {
      return;
    }
    long left = nanos - (System.nanoTime() - idleSince);
    if (left <= 0) {
      onIdle.run();
    } else {
      timer = loop.schedule(this::look, left, TimeUnit.NANOSECONDS);
    }
  }
}
