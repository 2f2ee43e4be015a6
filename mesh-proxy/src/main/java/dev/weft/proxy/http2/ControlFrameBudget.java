package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;

/**
 * Counts frames that carry nothing (SETTINGS, PING, PRIORITY, unknown types) against a rate no
 * honest peer comes near.
 */
final class ControlFrameBudget {
  private static final int PER_WINDOW = 1000;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);

  private int left = PER_WINDOW;
  private long windowStart = System.nanoTime();

  void spend() throws Http2Exception {
    if (--left >= 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - windowStart < WINDOW_NANOS) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "more than %d control frames within a second", PER_WINDOW);
    }
    windowStart = now;
    left = PER_WINDOW - 1;
  }
}
