package dev.weft.proxy.http2;

import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.IdleTimer;
import dev.weft.proxy.stream.LastFlush;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.xds.model.Http2Keepalive;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of an HTTP/2 connection share: flush scheduling, flow-control credit, errors, and
 * telling streams of their end.
 */
abstract class Http2Endpoint extends Http2ConnectionHandler implements FlushScheduler.Flushable {
  private static final Logger LOG = LoggerFactory.getLogger(Http2Endpoint.class);

  final Http2Connection.PropertyKey streamKey = connection().newKey();
  final StreamWriter writer;
  private final MergedWrites merged = new MergedWrites();
  private final UnreadLimit unread = new UnreadLimit();
  private final FlushScheduler flushes;
  private final ConnectionWindow window;
  private final Duration idleTimeout;
  private final @Nullable Http2Keepalive keepalive;
  private @Nullable KeepalivePings pings;
  private @Nullable ChannelHandlerContext context;
  private @Nullable IdleTimer idle;
  final WindowUpdateBudget windowUpdates = new WindowUpdateBudget();
  final ControlFrameBudget controlFrames = new ControlFrameBudget();
  private boolean marked;
  private boolean closing;

  /** Whether what the peer sent cost it the connection. */
  private boolean brokenByPeer;

  private long flushCount;
  private String closeDetail = "closed by the peer";

  Http2Endpoint(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      FlushScheduler flushes,
      WindowBudget windows,
      Duration idleTimeout,
      @Nullable Http2Keepalive keepalive) {
    super(decoder, encoder, settings, true, false);
    this.writer = new StreamWriter(this, encoder, merged);
    this.flushes = flushes;
    this.window = new ConnectionWindow(connection(), decoder.flowController(), windows);
    this.idleTimeout = idleTimeout;
    this.keepalive = keepalive;
    connection().addListener(new StreamsClosed());
  }

  /** Nothing is carried for the idle timeout. */
  abstract void onIdle();

  /** The peer was allowed to send more. */
  void onCredit() {}

  /** A stream ended and is no longer counted. */
  abstract void onStreamGone();

  final ChannelHandlerContext context() {
    ChannelHandlerContext added = context;
    if (added == null) {
      throw new IllegalStateException("the HTTP/2 handler is not in a pipeline yet");
    }
    return added;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    ctx.pipeline().addBefore(ctx.name(), null, merged);
    idle = new IdleTimer(ctx.executor(), idleTimeout, this::onIdle);
    super.handlerAdded(ctx);
    if (ctx.channel().isActive()) {
      start();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) throws Exception {
    super.channelActive(ctx);
    start();
  }

  private void start() throws Http2Exception {
    window.open();
    if (keepalive != null && pings == null) {
      pings = new KeepalivePings(keepalive, context().executor(), this::ping, this::onPeerLost);
      pings.start();
    }
    onQuiet();
    mark();
  }

  private void ping() {
    ChannelHandlerContext ctx = context();
    encoder().writePing(ctx, false, KeepalivePings.DATA, ctx.newPromise());
    mark();
  }

  /** Nobody is there to be told of an end. */
  private void onPeerLost() {
    closeDetail = "no answer to a PING";
    onUnanswered();
    context().close();
  }

  /** The peer left a PING unanswered; its connection is about to be closed. */
  abstract void onUnanswered();

  /** A PING came back. */
  final void onPingAck(long data) {
    if (pings != null) {
      pings.onAck(data);
    }
  }

  /** Has what was written flushed at the end of this loop run. */
  final void mark() {
    if (!marked) {
      marked = true;
      flushes.mark(this);
    }
  }

  @Override
  public final void flushNow() {
    marked = false;
    ChannelHandlerContext ctx = context();
    if (ctx.isRemoved() || !ctx.channel().isActive()) {
      merged.out().release();
      return;
    }
    flush(ctx);
  }

  @Override
  public void flush(ChannelHandlerContext ctx) {
    flushCount++;
    super.flush(ctx);
    unread.onFlush(ctx.channel());
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) throws Exception {
    super.channelWritabilityChanged(ctx);
    if (!brokenByPeer && unread.onWritability(ctx.channel())) {
      onReleased();
    }
  }

  /** Whether the peer leaves so much unread that nothing is begun with it. */
  final boolean isHeld() {
    return unread.isReached();
  }

  /** The peer has read what it left. */
  void onReleased() {}

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (brokenByPeer) {
      // The codec would go on with the frames that came with the one that ended it all.
      in.skipBytes(in.readableBytes());
      return;
    }
    super.decode(ctx, in, out);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (pings != null) {
      pings.onRead();
    }
    // Answers to what was read go out with everything else of this loop run, not once per read.
    discardSomeReadBytes();
    try {
      window.onRead();
    } catch (Http2Exception e) {
      onError(ctx, true, e);
    }
    ctx.fireChannelReadComplete();
    mark();
  }

  /** Whether streams that nobody reads could starve another one. */
  final boolean isStarving() {
    return window.isLow();
  }

  /** Changes when bytes written so far may have reached the socket. */
  final long flushCount() {
    return flushCount;
  }

  /** Why the channel closed, for logs. */
  final String closeDetail() {
    return closeDetail;
  }

  final boolean isBrokenByPeer() {
    return brokenByPeer;
  }

  /** The time without streams is counted from now on. */
  final void onQuiet() {
    if (idle != null) {
      idle.idle();
    }
  }

  /** A stream is about to be opened from here. */
  final void beforeStream() {
    if (pings != null) {
      pings.beforeStream();
    }
  }

  final void onBusy() {
    windowUpdates.onStream();
    controlFrames.onStream();
    if (idle != null) {
      idle.busy();
    }
  }

  final void writeReset(Http2Stream stream, ResetReason reason) {
    onResetSent(stream.id());
    ChannelHandlerContext ctx = context();
    encoder().writeRstStream(ctx, stream.id(), reason.http2Code(), ctx.newPromise());
    mark();
  }

  final void giveCredit(Http2Stream stream, int bytes) {
    try {
      if (decoder().flowController().consumeBytes(stream, bytes)) {
        mark();
        onCredit();
      }
    } catch (Http2Exception e) {
      onError(context(), true, e);
    }
  }

  /** The side of a stream that this connection serves; null if it never got one. */
  final @Nullable StreamSide side(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(streamKey);
  }

  /** Closes the channel once what was written has gone. */
  final void closeAfterFlush(String detail) {
    if (closing) {
      return;
    }
    closing = true;
    closeDetail = detail;
    LastFlush.close(context());
  }

  @Override
  public ChannelFuture resetStream(
      ChannelHandlerContext ctx, int streamId, long errorCode, ChannelPromise promise) {
    mark();
    return super.resetStream(ctx, streamId, errorCode, promise);
  }

  @Override
  public ChannelFuture goAway(
      ChannelHandlerContext ctx,
      int lastStreamId,
      long errorCode,
      ByteBuf debugData,
      ChannelPromise promise) {
    mark();
    return super.goAway(ctx, lastStreamId, errorCode, debugData, promise);
  }

  @Override
  public void onError(ChannelHandlerContext ctx, boolean outbound, Throwable cause) {
    flushCount++;
    super.onError(ctx, outbound, cause);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    Http2Stream stream = connection().stream(error.streamId());
    if (outbound && (stream == null || stream.state() == Http2Stream.State.CLOSED)) {
      // Queued DATA of a stream that is gone: there is nobody to reset.
      return;
    }
    Http2Exception judged = outbound ? error : judge(error, stream);
    if (judged == null) {
      return;
    }
    if (!(judged instanceof Http2Exception.StreamException ofStream)) {
      onConnectionError(ctx, outbound, judged, judged);
      return;
    }
    onRejectedStream(ofStream);
    onResetSent(ofStream.streamId());
    StreamSide side = side(stream);
    super.onStreamError(ctx, outbound, cause, ofStream);
    if (side != null) {
      side.onEnded(
          ofStream.error() == Http2Error.PROTOCOL_ERROR
              ? ResetReason.MALFORMED
              : ResetReason.ofHttp2Code(ofStream.error().code()));
    }
  }

  /**
   * What an error in what the peer sent on a stream comes to: itself, one that says more, or null
   * if it is none.
   */
  @Nullable Http2Exception judge(
      Http2Exception.StreamException error, @Nullable Http2Stream stream) {
    return error;
  }

  /** The peer resets a stream; told before its receiver is. */
  void onResetRead(StreamSide side) throws Http2Exception {}

  /** A stream is reset from here. */
  void onResetSent(int stream) {}

  /** A stream is about to be reset, or answered with 431, for what the peer sent. */
  void onRejectedStream(Http2Exception.StreamException error) {
    LOG.debug("stream {} refused: {}", error.streamId(), error.getMessage());
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    brokenByPeer |= !outbound && error != null;
    closeDetail =
        (error == null ? Http2Error.INTERNAL_ERROR : error.error()) + ": " + cause.getMessage();
    if (error == null && !(cause instanceof IOException)) {
      LOG.warn("HTTP/2 connection {} failed and is closed", ctx.channel(), cause);
    }
    super.onConnectionError(ctx, outbound, cause, error);
  }

  /** Tells the peer of an error, and lets go of every stream; the channel stays open. */
  final void giveUp(ChannelHandlerContext ctx, Http2Exception error) {
    brokenByPeer = true;
    closeDetail = error.error() + ": " + error.getMessage();
    // Netty's own way to send it would close the channel after it.
    encoder()
        .frameWriter()
        .writeGoAway(
            ctx,
            connection().remote().lastStreamCreated(),
            error.error().code(),
            Http2CodecUtil.toByteBuf(ctx, error),
            ctx.newPromise());
    mark();
    connection().close(ctx.voidPromise());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    closeDetail = String.valueOf(cause.getMessage());
    if (cause instanceof IOException) {
      ctx.close();
      return;
    }
    onError(ctx, false, cause);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    if (idle != null) {
      idle.stop();
    }
    if (pings != null) {
      pings.stop();
    }
    merged.out().release();
    window.close();
    super.channelInactive(ctx);
  }

  /** Why the streams that close now do. */
  ResetReason reasonOfClose(Http2Stream stream) {
    return ResetReason.CONNECTION_LOST;
  }

  private final class StreamsClosed extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      StreamSide side = side(stream);
      if (side != null) {
        side.onEnded(reasonOfClose(stream));
      }
    }

    @Override
    public void onStreamRemoved(Http2Stream stream) {
      if (!context().channel().isActive()) {
        return;
      }
      if (idle != null && connection().numActiveStreams() == 0) {
        idle.idle();
      }
      onStreamGone();
    }
  }
}
