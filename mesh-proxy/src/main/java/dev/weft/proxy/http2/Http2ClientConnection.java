package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.stream.WindowBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 connection to an endpoint. It is ready once the endpoint's SETTINGS came: an endpoint
 * that accepts and then goes away is a failed connect, and no request was lost with it.
 */
public final class Http2ClientConnection extends Http2Endpoint implements ClientConnection {
  private static final AsciiString HEAD = AsciiString.cached("HEAD");

  private final Supplier<ConnectionInfo> describe;
  private @Nullable ConnectionInfo info;
  private final Listener listener;
  private final int maxStreams;
  private final int maxRequests;
  private final int maxHeaders;
  private boolean ready;

  /** Whether the endpoint takes CONNECT with a protocol. */
  private boolean extendedConnect;

  private boolean draining;
  private boolean closed;
  private int requests;
  private int lastKnownByPeer = Integer.MAX_VALUE;

  private Http2ClientConnection(
      EndpointBuilder.Parts parts,
      Supplier<ConnectionInfo> describe,
      Limits limits,
      Listener listener,
      FlushScheduler flushes,
      WindowBudget windows) {
    super(
        parts.decoder(),
        parts.encoder(),
        parts.settings(),
        flushes,
        windows,
        limits.idleTimeout(),
        limits.pings());
    this.describe = describe;
    this.listener = listener;
    this.maxStreams = limits.maxStreams();
    this.maxRequests = limits.maxRequests();
    this.maxHeaders = limits.maxHeaders();
  }

  /**
   * A handler for one connection.
   *
   * @param describe asked once streams are opened
   * @param flushes of the channel's event loop
   * @param windows lends what the connection's window grows by
   */
  public static Http2ClientConnection create(
      Supplier<ConnectionInfo> describe,
      Limits limits,
      Listener listener,
      FlushScheduler flushes,
      WindowBudget windows) {
    Http2Settings announced =
        new Http2Settings().pushEnabled(false).maxHeaderListSize(limits.maxHeaderBytes());
    return new EndpointBuilder<Http2ClientConnection>(
            false,
            announced,
            parts -> new Http2ClientConnection(parts, describe, limits, listener, flushes, windows),
            connection -> connection.new Frames())
        .create();
  }

  @Override
  public int capacity() {
    if (!ready || draining || closed || isHeld() || isStarving()) {
      return 0;
    }
    int allowed = Math.min(maxStreams, connection().local().maxActiveStreams());
    return Math.max(0, allowed - connection().numActiveStreams());
  }

  @Override
  void onCredit() {
    if (capacity() > 0) {
      listener.onCapacity(this);
    }
  }

  @Override
  public int activeStreams() {
    return connection().numActiveStreams();
  }

  @Override
  public UpstreamStream open(Http2Headers headers, boolean endStream, ResponseReceiver receiver) {
    beforeStream();
    onBusy();
    requests++;
    boolean tunnel = Tunnel.isAsked(headers);
    CharSequence upgrade =
        tunnel ? Tunnel.PROTOCOL : endStream ? null : ExtendedConnect.asked(headers);
    int id = connection().local().incrementAndGetNextStreamId();
    Http2ClientStream side;
    try {
      CharSequence method = headers.method();
      boolean toHead = method != null && HEAD.contentEquals(method);
      Http2Stream stream = connection().local().createStream(id, false);
      side = new Http2ClientStream(this, stream, receiver, upgrade, toHead);
    } catch (Http2Exception e) {
      throw new IllegalStateException("a stream was opened without capacity for it", e);
    }
    if (tunnel) {
      side.sendHeaders(ExtendedConnect.plain(headers), false);
    } else if (upgrade == null) {
      side.sendHeaders(headers, endStream);
    } else if (extendedConnect) {
      side.sendHeaders(ExtendedConnect.toSend(headers, upgrade), false);
    } else {
      // It did not offer that (RFC 8441, section 3): the stream ends before it began.
      side.onEnded(ResetReason.HTTP_1_1_REQUIRED);
      side.stream().close();
    }
    side.opened();
    if ((maxRequests > 0 && requests >= maxRequests) || id > Integer.MAX_VALUE - 4) {
      drain();
    }
    return side;
  }

  @Override
  public void drain() {
    if (draining) {
      return;
    }
    draining = true;
    closeIfDone();
  }

  @Override
  void onIdle() {
    // Requests may wait for it to become ready, which has a limit of its own.
    if (ready) {
      drain();
    }
  }

  @Override
  void onStreamGone() {
    closeIfDone();
    onReleased();
  }

  @Override
  void onUnanswered() {
    listener.onUnanswered(this);
  }

  @Override
  void onReleased() {
    if (capacity() > 0) {
      listener.onCapacity(this);
    }
  }

  private void closeIfDone() {
    if (draining && connection().numActiveStreams() == 0 && context().channel().isActive()) {
      ChannelHandlerContext ctx = context();
      goAway(ctx, 0, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
      closeAfterFlush("drained");
    }
  }

  @Override
  ResetReason reasonOfClose(Http2Stream stream) {
    if (stream.id() > lastKnownByPeer) {
      return ResetReason.REFUSED_STREAM;
    }
    Http2ClientStream side = (Http2ClientStream) side(stream);
    if (side != null && side.isUnsent()) {
      return ResetReason.REFUSED_STREAM;
    }
    return isBrokenByPeer() ? ResetReason.MALFORMED : ResetReason.CONNECTION_LOST;
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    closed = true;
    super.channelInactive(ctx);
    listener.onClosed(this, closeDetail());
  }

  /** How many headers an answer may have, its status included, or its trailers. */
  int maxHeaders() {
    return maxHeaders;
  }

  /** What is known of the connection; described once. */
  ConnectionInfo info() {
    ConnectionInfo known = info;
    if (known == null) {
      known = describe.get();
      info = known;
    }
    return known;
  }

  private final class Frames extends EndpointFrames {
    Frames() {
      super(Http2ClientConnection.this);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endStream)
        throws Http2Exception {
      if (side(connection().stream(streamId)) instanceof Http2ClientStream stream
          && stream.endsWithHead(data, endStream)) {
        return padding;
      }
      return super.onDataRead(ctx, streamId, data, padding, endStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endStream)
        throws Http2Exception {
      if (side(connection().stream(streamId)) instanceof Http2ClientStream stream) {
        stream.onHead(headers, endStream);
      } else if (!connection().local().isValidStreamId(streamId)) {
        throw Http2Exception.connectionError(
            Http2Error.PROTOCOL_ERROR, "stream %d, opened by a server", streamId);
      }
    }

    @Override
    public void onGoAwayRead(
        ChannelHandlerContext ctx, int lastStreamId, long errorCode, ByteBuf debugData) {
      // The streams above the last one are closed by the codec right after this.
      lastKnownByPeer = Math.min(lastKnownByPeer, lastStreamId);
      drain();
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings received)
        throws Http2Exception {
      super.onSettingsRead(ctx, received);
      if (!ready) {
        ready = true;
        onQuiet();
      }
      Boolean offered = received.connectProtocolEnabled();
      extendedConnect |= offered != null && offered;
      if (capacity() > 0) {
        listener.onCapacity(Http2ClientConnection.this);
      }
    }
  }
}
