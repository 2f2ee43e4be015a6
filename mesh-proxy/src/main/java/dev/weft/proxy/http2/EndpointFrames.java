package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ResetReason;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;

/**
 * What either end does with the frames it reads: DATA and resets go to their streams, and frames
 * that cost their sender nothing are counted.
 */
abstract class EndpointFrames extends Http2FrameAdapter {
  private final Http2Endpoint endpoint;

  EndpointFrames(Http2Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endStream)
      throws Http2Exception {
    StreamSide side = endpoint.side(endpoint.connection().stream(streamId));
    if (side == null) {
      return data.readableBytes() + padding;
    }
    side.onData(data, endStream);
    return padding;
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int dependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean endStream)
      throws Http2Exception {
    onHeadersRead(ctx, streamId, headers, padding, endStream);
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode)
      throws Http2Exception {
    StreamSide side = endpoint.side(endpoint.connection().stream(streamId));
    if (side != null) {
      endpoint.onResetRead(side);
      side.onEnded(ResetReason.ofHttp2Code(errorCode));
    }
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings received)
      throws Http2Exception {
    endpoint.controlFrames.spend();
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    endpoint.controlFrames.spend();
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
    endpoint.onPingAck(data);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive)
      throws Http2Exception {
    endpoint.controlFrames.spend();
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment)
      throws Http2Exception {
    endpoint.windowUpdates.spend();
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload) {
    try {
      endpoint.controlFrames.spend();
    } catch (Http2Exception e) {
      endpoint.onError(ctx, false, e);
    }
  }
}
