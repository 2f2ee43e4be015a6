package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.util.concurrent.TimeUnit;

/**
 * Counts frames that carry nothing (SETTINGS, PING, PRIORITY, unknown types) against what an honest
 * peer has reason for: some in any second, PRIORITY for each stream, and a PING for each DATA it
 * got, for gRPC's libraries measure bandwidth so. Confined to its loop.
 */
final class ControlFrameBudget {
  private static final int PER_WINDOW = 100;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int PER_STREAM = 2;
  // What was earned long ago is no reason for a flood now.
  private static final int MOST = 1000;

  private int left = PER_WINDOW;
  private long windowStart = System.nanoTime();

  void onStream() {
    left = Math.min(MOST, left + PER_STREAM);
  }

  /** DATA was sent to the peer. */
  void onData() {
    left = Math.min(MOST, left + 1);
  }

  void spend() throws Http2Exception {
    if (--left >= 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - windowStart < WINDOW_NANOS) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM,
          "more control frames than %d within a second, streams and DATA call for",
          PER_WINDOW);
    }
    windowStart = now;
    left = PER_WINDOW - 1;
  }
}
