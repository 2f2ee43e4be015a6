package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.HeadTimer;
import dev.weft.proxy.stream.RequestHandler;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ServerConnection;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.WindowBudget;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** An accepted HTTP/2 connection. */
public final class Http2ServerConnection extends Http2Endpoint implements ServerConnection {
  private static final AsciiString EXPECT = AsciiString.cached("expect");
  private static final AsciiString CONTINUE = AsciiString.cached("100-continue");

  private final ServerSettings settings;
  private final ConnectionInfo info;
  private final RequestHandler handler;
  private final ClosedStreams closed = new ClosedStreams();
  private final HeaderBlocks headerBlocks = new HeaderBlocks();
  private final FutileStreams futile = new FutileStreams();
  private final RequestQueue read = new RequestQueue();
  private final GracefulShutdown shutdown = new GracefulShutdown(this);
  private final HeadTimer headTimer;
  private int requests;

  private Http2ServerConnection(
      EndpointBuilder.Parts parts,
      ServerSettings settings,
      ConnectionInfo info,
      RequestHandler handler,
      FlushScheduler flushes,
      WindowBudget windows) {
    super(
        parts.decoder(),
        parts.encoder(),
        parts.settings(),
        flushes,
        windows,
        settings.idleTimeout(),
        settings.pings());
    this.settings = settings;
    this.info = info;
    this.handler = handler;
    this.headTimer = new HeadTimer(settings.headersTimeout(), this::onHeadTimeout);
  }

  /**
   * A handler for one connection whose client is about to send, or has sent, the HTTP/2 preface.
   *
   * @param flushes of the channel's event loop
   * @param windows lends what the connection's window grows by
   */
  public static Http2ServerConnection create(
      ServerSettings settings,
      ConnectionInfo info,
      RequestHandler handler,
      FlushScheduler flushes,
      WindowBudget windows) {
    Http2Settings announced =
        new Http2Settings()
            .maxConcurrentStreams(settings.maxConcurrentStreams())
            .maxHeaderListSize(settings.maxHeaderBytes());
    if (settings.extendedConnect()) {
      announced.connectProtocolEnabled(true);
    }
    return new EndpointBuilder<Http2ServerConnection>(
            true,
            announced,
            parts -> new Http2ServerConnection(parts, settings, info, handler, flushes, windows),
            connection -> connection.new Frames())
        .create();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    boolean inHead = message instanceof ByteBuf bytes && headerBlocks.follow(bytes);
    if (headerBlocks.flips()) {
      ReferenceCountUtil.release(message);
      endForFlips(ctx);
      return;
    }
    super.channelRead(ctx, message);
    if (inHead) {
      headTimer.start(ctx.executor());
    } else {
      headTimer.stop();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    read.handOn(ctx.executor());
    super.channelReadComplete(ctx);
  }

  @Override
  void onResetRead(StreamSide side) throws Http2Exception {
    if (!side.isReceived() && !side.isOver()) {
      futile.onReset();
    }
  }

  private void endForFlips(ChannelHandlerContext ctx) {
    if (!isBrokenByPeer()) {
      onError(
          ctx,
          false,
          Http2Exception.connectionError(
              Http2Error.COMPRESSION_ERROR,
              "more than two changes of the table's size before a field (RFC 7541, section 4.2)"));
    }
  }

  private void onHeadTimeout() {
    if (isBrokenByPeer()) {
      return; // and was told so
    }
    // No stream can go on while a header block is open: it is the connection's.
    onError(
        context(),
        false,
        Http2Exception.connectionError(
            Http2Error.ENHANCE_YOUR_CALM, "headers not complete in time"));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    headTimer.stop();
    super.channelInactive(ctx);
  }

  ConnectionInfo info() {
    return info;
  }

  @Override
  public int activeStreams() {
    return connection().numActiveStreams();
  }

  @Override
  public void drain() {
    shutdown.begin();
  }

  @Override
  void onIdle() {
    drain();
  }

  @Override
  void onStreamGone() {
    shutdown.closeIfDone();
  }

  @Override
  void onUnanswered() {
    handler.onUnanswered();
  }

  @Override
  @Nullable Http2Exception judge(
      Http2Exception.StreamException error, @Nullable Http2Stream stream) {
    try {
      if (stream == null
          && error.error() == Http2Error.STREAM_CLOSED
          && closed.wasReset(error.streamId())) {
        // Under way already when the stream was reset here (RFC 9113, section 5.1).
        futile.onLateFrame();
        return null;
      }
      futile.onError(error);
    } catch (Http2Exception tooMany) {
      return tooMany;
    }
    return closed.judge(error, stream != null, side(stream));
  }

  @Override
  void onResetSent(int stream) {
    closed.onReset(stream);
  }

  @Override
  void onRejectedStream(Http2Exception.StreamException error) {
    boolean tooLarge = error instanceof Http2Exception.HeaderListSizeException;
    handler.onRejected(tooLarge ? 431 : 0, String.valueOf(error.getMessage()));
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (!outbound && error != null) {
      handler.onRejected(0, String.valueOf(error.getMessage()));
    }
    if (!outbound
        && error != null
        && doesHarm(error)
        && DelayedClose.take(settings.delayedClose())) {
      giveUp(ctx, error);
      DelayedClose.begin(ctx, settings.delayedClose());
      return;
    }
    super.onConnectionError(ctx, outbound, cause, error);
  }

  private boolean doesHarm(Http2Exception error) {
    return error.error() == Http2Error.ENHANCE_YOUR_CALM || headerBlocks.flips();
  }

  private void onRequest(Http2Stream stream, Http2Headers headers, boolean endStream)
      throws Http2Exception {
    String problem = RequestSyntax.requestProblem(headers, settings.extendedConnect());
    CharSequence protocol = problem == null ? ExtendedConnect.protocol(headers) : null;
    if (protocol != null && endStream) {
      problem = "an extended CONNECT that ends with its head";
    }
    if (problem != null) {
      throw malformed(stream, problem);
    }
    onBusy();
    requests++;
    if (protocol != null) {
      ExtendedConnect.received(headers, protocol);
    }
    boolean tunnel = protocol == null && Tunnel.isAsked(headers);
    Http2ServerStream side =
        new Http2ServerStream(this, stream, tunnel ? Tunnel.PROTOCOL : protocol);
    side.onHeadReceived(endStream);
    if (headers.size() > settings.maxHeaders() + 4) {
      refuse(side, "431", "more than " + settings.maxHeaders() + " headers");
    } else {
      side.hold(headers);
      read.add(side);
    }
    if (settings.maxRequests() > 0 && requests >= settings.maxRequests()) {
      drain();
    }
  }

  /** Passes on a request that was held, or refuses it. */
  void accept(Http2ServerStream side, Http2Headers headers) {
    boolean endStream = side.receiveEnded();
    if (headers.contains(EXPECT)) {
      if (!headers.contains(EXPECT, CONTINUE, true) || headers.getAll(EXPECT).size() > 1) {
        refuse(side, "417", "an expectation other than 100-continue");
        return;
      }
      if (endStream) {
        headers.remove(EXPECT);
      }
    }
    side.receiver(handler.onRequest(side, headers, endStream));
  }

  /** A request that was handed on went through, and its answer. */
  void onWhole() {
    futile.onWhole();
  }

  private void refuse(Http2ServerStream side, String status, String detail) {
    handler.onRejected(Integer.parseInt(status), detail);
    Http2Headers answer = new DefaultHttp2Headers(false, 4).status(status);
    handler.sign(answer);
    side.sendHeaders(answer, true);
    side.reset(ResetReason.NO_ERROR);
  }

  private static Http2Exception malformed(Http2Stream stream, String problem) {
    return Http2Exception.streamError(
        stream.id(), Http2Error.PROTOCOL_ERROR, "malformed message: %s", problem);
  }

  private final class Frames extends EndpointFrames {
    Frames() {
      super(Http2ServerConnection.this);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endStream)
        throws Http2Exception {
      Http2Stream stream = connection().stream(streamId);
      StreamSide side = side(stream);
      if (side == null) {
        onRequest(stream, headers, endStream);
        return;
      }
      String problem = RequestSyntax.fieldProblem(headers);
      if (problem != null) {
        throw malformed(stream, problem);
      }
      side.onTrailers(headers);
    }

    @Override
    public void onPingAckRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      super.onPingAckRead(ctx, data);
      shutdown.onPingAck(data);
    }
  }
}
