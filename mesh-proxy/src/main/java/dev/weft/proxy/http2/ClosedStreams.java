package dev.weft.proxy.http2;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Exception.StreamException;
import org.jspecify.annotations.Nullable;

/**
 * What a client may still send on streams that are over (RFC 9113, section 5.1): on those that were
 * reset here what was under way already, on all others nothing. Confined to its loop.
 */
final class ClosedStreams {
  // More resets than that within seconds end a connection anyway.
  private static final int REMEMBERED = 1024;

  private int @Nullable [] reset;
  private int resets;

  /** A stream was reset here; its client may not know yet. */
  void onReset(int stream) {
    int[] ids = reset;
    if (ids == null) {
      ids = new int[REMEMBERED];
      reset = ids;
    }
    ids[resets++ % REMEMBERED] = stream;
    resets = resets == Integer.MAX_VALUE ? 0 : resets;
  }

  /** Whether a stream is among the last that were reset here. */
  boolean wasReset(int stream) {
    int[] ids = reset;
    if (ids != null) {
      for (int id : ids) {
        if (id == stream) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * What an error of a stream comes to: the connection's, where the client uses a stream again or
   * goes back to one it passed over.
   *
   * @param exists whether the codec still knows the stream
   * @param side null if it never got as far as a request
   */
  Http2Exception judge(StreamException error, boolean exists, @Nullable StreamSide side) {
    int stream = error.streamId();
    if (!exists && error.error() == Http2Error.STREAM_CLOSED && !wasReset(stream)) {
      return Http2Exception.connectionError(
          Http2Error.STREAM_CLOSED, "a frame on stream %d, which is over", stream);
    }
    if (side != null && side.receiveEnded() && error.error() == Http2Error.PROTOCOL_ERROR) {
      return Http2Exception.streamError(
          stream, Http2Error.STREAM_CLOSED, "a frame after the end: %s", error.getMessage());
    }
    return error;
  }
}
