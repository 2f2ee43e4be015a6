package dev.weft.proxy.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/**
 * Writes the messages of a connection's streams: heads, and DATA while the windows allow it, go
 * past the codec's queues into one buffer. Confined to its loop.
 */
final class StreamWriter {
  private final Http2Endpoint endpoint;
  private final Http2ConnectionEncoder encoder;
  private final Http2HeadersEncoder hpack;
  private final MergedWrites merged;

  StreamWriter(Http2Endpoint endpoint, Http2ConnectionEncoder encoder, MergedWrites merged) {
    this.endpoint = endpoint;
    this.encoder = encoder;
    // Netty's frame writer gives its encoder away as its configuration only.
    this.hpack = (Http2HeadersEncoder) encoder.configuration().headersConfiguration();
    this.merged = merged;
  }

  /** Writes a head, or trailers; these come after DATA of the stream that is still queued. */
  void headers(Http2Stream stream, Http2Headers headers, boolean endStream) {
    endpoint.mark();
    ChannelHandlerContext ctx = endpoint.context();
    if (endStream && hasQueued(stream)) {
      encoder.writeHeaders(ctx, stream.id(), headers, 0, true, ctx.newPromise());
      return;
    }
    try {
      int most = encoder.configuration().frameSizePolicy().maxFrameSize();
      HeadersFrames.write(hpack, most, merged.out(), stream.id(), headers, endStream);
    } catch (Http2Exception e) {
      endpoint.onError(ctx, true, e);
      return;
    }
    stream.headersSent(encoder.connection().isServer() && isInterim(headers.status()));
    if (endStream) {
      endpoint.closeStreamLocal(stream, ctx.newSucceededFuture());
    }
  }

  private static boolean isInterim(@Nullable CharSequence status) {
    return status != null && status.charAt(0) == '1';
  }

  /**
   * Writes DATA, taking over the buffer.
   *
   * @return whether it is on its way to the socket; if not, {@code owner} is told when it is
   */
  boolean data(Http2Stream stream, ByteBuf data, boolean endStream, StreamSide owner) {
    int bytes = data.readableBytes();
    endpoint.windowUpdates.onData(bytes);
    endpoint.controlFrames.onData();
    endpoint.mark();
    ChannelHandlerContext ctx = endpoint.context();
    if (DataFrames.fit(encoder, ctx, stream, bytes)) {
      writePastQueue(ctx, stream, data, endStream);
      return true;
    }
    ChannelPromise gone = ctx.newPromise();
    gone.addListener(
        written -> {
          if (written.isSuccess()) {
            owner.onQueuedGone(bytes);
          }
        });
    encoder.writeData(ctx, stream.id(), data, 0, endStream, gone);
    return false;
  }

  private void writePastQueue(
      ChannelHandlerContext ctx, Http2Stream stream, ByteBuf data, boolean endStream) {
    try {
      DataFrames.write(encoder, merged.out(), stream, data, endStream);
    } catch (Http2Exception e) {
      endpoint.onError(ctx, true, e);
      return;
    }
    if (endStream) {
      endpoint.closeStreamLocal(stream, ctx.newSucceededFuture());
    }
  }

  /** Whether DATA of the stream waits for the peer's window, or the socket. */
  boolean hasQueued(Http2Stream stream) {
    return encoder.flowController().hasFlowControlled(stream);
  }
}
