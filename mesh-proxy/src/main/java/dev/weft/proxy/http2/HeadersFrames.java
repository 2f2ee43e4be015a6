package dev.weft.proxy.http2;

import dev.weft.proxy.stream.MergeBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;

/**
 * HEADERS frames (RFC 9113, section 6.2), encoded straight into what is merged: no buffer and no
 * entry in the socket's write list of their own.
 */
final class HeadersFrames {
  private static final int HEADER_BYTES = 9;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;

  /** Most heads fit; the buffer grows for those that do not. */
  private static final int EXPECTED = 256;

  private HeadersFrames() {}

  /**
   * Writes a head or trailers.
   *
   * @param mostBytes what the peer takes in one frame
   * @throws Http2Exception if the peer does not take a list so large; nothing was written then
   */
  static void write(
      Http2HeadersEncoder hpack,
      int mostBytes,
      MergeBuffer out,
      int stream,
      Http2Headers headers,
      boolean endStream)
      throws Http2Exception {
    ByteBuf to = out.room(EXPECTED);
    int start = to.writerIndex();
    to.writeZero(HEADER_BYTES);
    try {
      hpack.encodeHeaders(stream, headers, to);
    } catch (Http2Exception e) {
      to.writerIndex(start);
      throw e;
    }
    int length = to.writerIndex() - start - HEADER_BYTES;
    int flags = endStream ? END_STREAM : 0;
    if (length <= mostBytes) {
      header(to, start, length, HEADERS, flags | END_HEADERS, stream);
      return;
    }
    ByteBuf block = to.copy(start + HEADER_BYTES, length);
    to.writerIndex(start);
    try {
      split(block, mostBytes, out, stream, flags);
    } finally {
      block.release();
    }
  }

  private static void split(ByteBuf block, int mostBytes, MergeBuffer out, int stream, int flags) {
    int type = HEADERS;
    int first = flags;
    while (block.isReadable()) {
      int bytes = Math.min(mostBytes, block.readableBytes());
      int last = bytes == block.readableBytes() ? END_HEADERS : 0;
      ByteBuf to = out.room(HEADER_BYTES + bytes);
      int start = to.writerIndex();
      to.writeZero(HEADER_BYTES).writeBytes(block, bytes);
      header(to, start, bytes, type, first | last, stream);
      type = CONTINUATION;
      first = 0;
    }
  }

  private static void header(
      ByteBuf frame, int start, int length, int type, int flags, int stream) {
    frame.setMedium(start, length);
    frame.setByte(start + 3, type);
    frame.setByte(start + 4, flags);
    frame.setInt(start + 5, stream);
  }
}
