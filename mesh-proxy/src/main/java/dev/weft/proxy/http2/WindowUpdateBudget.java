package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;

/**
 * Counts WINDOW_UPDATE frames against the DATA that was sent: an honest peer answers a frame with
 * one for its stream and one for the connection at most.
 */
final class WindowUpdateBudget {
  // Before and between, a peer may change its mind about its windows.
  private static final int UNASKED = 200;
  private static final int PER_STREAM = 2;
  // A peer that reads in small pieces may grant small pieces.
  private static final int PER_DATA_FRAME = 20;
  private static final int SMALLEST_MAX_FRAME = 16_384;

  private long left = UNASKED;

  void onStream() {
    left += PER_STREAM;
  }

  void onData(int bytes) {
    left += (1 + bytes / SMALLEST_MAX_FRAME) * PER_DATA_FRAME;
  }

  void spend() throws Http2Exception {
    if (--left < 0) {
      throw Http2Exception.connectionError(
          Http2Error.ENHANCE_YOUR_CALM, "more WINDOW_UPDATE frames than the DATA sent calls for");
    }
  }
}
