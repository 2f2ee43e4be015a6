package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import java.util.concurrent.TimeUnit;

/**
 * Counts what a client does that only costs: streams it resets before anybody could look at them
 * (CVE-2023-44487), streams it has us reset (CVE-2025-8671), frames on streams that are over. Each
 * request that goes through makes up for an error. Confined to its loop.
 */
final class FutileStreams {
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(5);
  private static final int PER_WINDOW = 1000;

  // A loop that was held up sees honest requests and their cancellation at once, but not so many.
  private static final int RESET_UNSEEN = 10;
  // Honest clients send nothing malformed. Those behind a gateway may, each for itself, but it
  // sends more than that; more for all would let a flood of new connections take a whole CPU.
  private static final int ERROR = 80;

  private int left = PER_WINDOW;
  private long windowStart = System.nanoTime();

  /** A stream was reset within the bytes that opened it. */
  void onReset() throws Http2Exception {
    spend(RESET_UNSEEN);
  }

  /** What the client sent costs a stream of it its life. */
  void onError(StreamException error) throws Http2Exception {
    boolean honest =
        // The limit of streams may not have reached the client yet.
        error.error() == Http2Error.REFUSED_STREAM
            || error instanceof Http2Exception.HeaderListSizeException;
    spend(honest ? 1 : ERROR);
  }

  /** A frame came on a stream that was reset here a while ago. */
  void onLateFrame() throws Http2Exception {
    spend(1);
  }

  /** A request and its answer went through whole. */
  void onWhole() {
    left = Math.min(PER_WINDOW, left + ERROR);
  }

  private void spend(int points) throws Http2Exception {
    left -= points;
    if (left >= 0) {
      return;
    }
    long now = System.nanoTime();
    if (now - windowStart < WINDOW_NANOS) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "too many streams that come to nothing");
    }
    windowStart = now;
    left = PER_WINDOW - points;
  }
}
