package dev.weft.proxy.http2;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;

/**
 * The requests that were read, until all the bytes that had come are: those that are reset within
 * them cost nobody else anything. Confined to its loop.
 */
final class RequestQueue {
  private static final int HANDED_ON_AT_ONCE = 128;

  private final ArrayDeque<Http2ServerStream> read = new ArrayDeque<>();

  void add(Http2ServerStream request) {
    read.add(request);
  }

  /** Hands them on; if there are many, the rest after other connections of the loop. */
  void handOn(EventExecutor loop) {
    for (int left = HANDED_ON_AT_ONCE; left > 0; left--) {
      Http2ServerStream request = read.poll();
      if (request == null) {
        return;
      }
      request.handOn();
    }
    if (!read.isEmpty()) {
      loop.execute(() -> handOn(loop));
    }
  }
}
