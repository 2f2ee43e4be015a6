package dev.weft.proxy.http2;

import dev.weft.proxy.stream.MergeBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/** DATA frames that need no queue: the windows are charged, the frames written at once. */
final class DataFrames {
  private static final int HEADER_BYTES = 9;
  private static final int TYPE = 0;
  private static final int END_STREAM = 1;

  private DataFrames() {}

  /** Whether windows and socket take so many bytes now, and none of the stream's wait already. */
  static boolean fit(
      Http2ConnectionEncoder encoder, ChannelHandlerContext ctx, Http2Stream stream, int bytes) {
    Http2RemoteFlowController windows = encoder.flowController();
    return !windows.hasFlowControlled(stream)
        && bytes <= windows.windowSize(stream)
        && bytes <= windows.windowSize(encoder.connection().connectionStream())
        && ctx.channel().isWritable();
  }

  /** Writes bytes that fit, taking the buffer over, in frames no larger than the peer takes. */
  static void write(
      Http2ConnectionEncoder encoder,
      MergeBuffer out,
      Http2Stream stream,
      ByteBuf data,
      boolean endStream)
      throws Http2Exception {
    int bytes = data.readableBytes();
    try {
      Http2RemoteFlowController windows = encoder.flowController();
      windows.incrementWindowSize(stream, -bytes);
      windows.incrementWindowSize(encoder.connection().connectionStream(), -bytes);
    } catch (Http2Exception e) {
      data.release();
      throw e;
    }
    int most = encoder.configuration().frameSizePolicy().maxFrameSize();
    while (data.readableBytes() > most) {
      frame(out, stream, data.readRetainedSlice(most), false);
    }
    frame(out, stream, data, endStream);
  }

  private static void frame(MergeBuffer out, Http2Stream stream, ByteBuf data, boolean endStream) {
    int bytes = data.readableBytes();
    out.room(HEADER_BYTES + (bytes <= MergeBuffer.SMALL ? bytes : 0))
        .writeMedium(bytes)
        .writeByte(TYPE)
        .writeByte(endStream ? END_STREAM : 0)
        .writeInt(stream.id());
    out.add(data);
  }
}
