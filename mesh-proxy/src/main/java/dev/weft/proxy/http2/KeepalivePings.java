package dev.weft.proxy.http2;

import dev.weft.xds.model.Http2Keepalive;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Finds out by PINGs whether the peer is still there. Whatever comes from it puts the end off: what
 * is long in coming may be behind something else. Confined to its loop.
 */
final class KeepalivePings {
  /** What the PINGs carry. */
  static final long DATA = 0x616c697665L;

  private final Http2Keepalive settings;
  private final EventExecutor loop;
  private final Runnable send;
  private final Runnable lost;
  private final long timeoutNanos;
  private final long idleNanos;
  private @Nullable Future<?> timer;
  private boolean waiting;
  private boolean stopped;

  /** When something came from the peer last, or a PING went. */
  private long heardNanos = System.nanoTime();

  /**
   * @param send sends a PING with {@link #DATA}
   * @param lost the peer is gone
   */
  KeepalivePings(Http2Keepalive settings, EventExecutor loop, Runnable send, Runnable lost) {
    this.settings = settings;
    this.loop = loop;
    this.send = send;
    this.lost = lost;
    this.timeoutNanos = settings.timeout().toNanos();
    this.idleNanos = settings.idleInterval().toNanos();
  }

  /** The connection is there. */
  void start() {
    scheduleNext();
  }

  /** Something came from the peer. */
  void onRead() {
    if (waiting || idleNanos > 0) {
      heardNanos = System.nanoTime();
    }
  }

  /** A PING came back. */
  void onAck(long data) {
    if (waiting && data == DATA) {
      waiting = false;
      cancel();
      scheduleNext();
    }
  }

  /** A stream is about to be opened from here. */
  void beforeStream() {
    if (idleNanos > 0 && !waiting && System.nanoTime() - heardNanos >= idleNanos) {
      ping();
    }
  }

  /** The connection is over. */
  void stop() {
    stopped = true;
    cancel();
  }

  private void scheduleNext() {
    long interval = settings.interval().toNanos();
    if (interval > 0 && !stopped) {
      double part = settings.jitterPercent() / 100 * ThreadLocalRandom.current().nextDouble();
      timer = loop.schedule(this::ping, interval + (long) (interval * part), TimeUnit.NANOSECONDS);
    }
  }

  private void ping() {
    cancel();
    if (stopped) {
      return;
    }
    waiting = true;
    heardNanos = System.nanoTime();
    send.run();
    timer = loop.schedule(this::onTimeout, timeoutNanos, TimeUnit.NANOSECONDS);
  }

  private void onTimeout() {
    long left = timeoutNanos - (System.nanoTime() - heardNanos);
    if (stopped) {
      return;
    }
    if (left > 0) {
      timer = loop.schedule(this::onTimeout, left, TimeUnit.NANOSECONDS);
    } else {
      stopped = true;
      lost.run();
    }
  }

  private void cancel() {
    Future<?> pending = timer;
    timer = null;
    if (pending != null) {
      pending.cancel(false);
    }
  }
}
