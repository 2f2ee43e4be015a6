package dev.weft.proxy.http1;

import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 connection to an endpoint, for one request at a time. It is used again only if both
 * messages ended where they should and not a byte was left over.
 */
public final class Http1ClientConnection extends Http1Connection implements ClientConnection {
  private final Supplier<ConnectionInfo> describe;
  private final Limits limits;
  private final Listener listener;
  private final Http1ResponseParser parser;
  private @Nullable ConnectionInfo info;
  private @Nullable Http1ClientStream stream;
  private boolean ready;
  private boolean draining;
  private boolean closing;
  private boolean broken;
  private boolean keepAlive = true;
  private boolean tunnel;
  private int requests;

  /**
   * A handler for one connection.
   *
   * @param describe asked once a stream is opened
   * @param flushes of the channel's event loop
   */
  public Http1ClientConnection(
      Supplier<ConnectionInfo> describe, Limits limits, Listener listener, FlushScheduler flushes) {
    super(flushes, limits.idleTimeout(), limits.properCase());
    this.describe = describe;
    this.limits = limits;
    this.listener = listener;
    this.parser =
        new Http1ResponseParser(new Messages(), limits.maxHeaderBytes(), limits.maxHeaders());
  }

  /** A handler for a connection that carries what one CONNECT brings, and no HTTP. */
  public static Http1ClientConnection tunnel(
      Supplier<ConnectionInfo> describe, Limits limits, Listener listener, FlushScheduler flushes) {
    Http1ClientConnection connection =
        new Http1ClientConnection(
            describe,
            new Limits(
                1,
                1,
                limits.idleTimeout(),
                null,
                limits.properCase(),
                limits.maxHeaders(),
                limits.maxHeaderBytes()),
            listener,
            flushes);
    connection.tunnel = true;
    return connection;
  }

  @Override
  public int capacity() {
    return ready && !draining && !closing && stream == null && context().channel().isActive()
        ? 1
        : 0;
  }

  @Override
  public int activeStreams() {
    return stream == null ? 0 : 1;
  }

  @Override
  public UpstreamStream open(Http2Headers headers, boolean endStream, ResponseReceiver receiver) {
    if (capacity() == 0) {
      throw new IllegalStateException("a stream was opened without capacity for it");
    }
    idle().busy();
    boolean reused = requests++ > 0;
    draining |= limits.maxRequests() > 0 && requests >= limits.maxRequests();
    keepAlive = true;
    CharSequence upgrade =
        Tunnel.isAsked(headers)
            ? Tunnel.PROTOCOL
            : endStream ? null : headers.get(HeaderNames.UPGRADE);
    parser.expect(String.valueOf(headers.method()), upgrade);
    Http1ClientStream opened = new Http1ClientStream(this, receiver, upgrade, reused, flushCount());
    stream = opened;
    if (tunnel) {
      parser.goOnWithBytes();
      // Not within the call that opens the stream: its opening has to be told first.
      context().executor().execute(opened::open);
    } else {
      opened.sendHeaders(headers, endStream);
    }
    return opened;
  }

  @Override
  public void drain() {
    draining = true;
    if (stream == null) {
      close("drained");
    }
  }

  private void close(String detail) {
    if (!closing) {
      closing = true;
      parser.stop();
      closeAfterFlush(detail);
    }
  }

  ConnectionInfo info() {
    ConnectionInfo known = info;
    if (known == null) {
      known = describe.get();
      info = known;
    }
    return known;
  }

  @Override
  void onReady() {
    ready = true;
    idle().idle();
    listener.onCapacity(this);
  }

  @Override
  void onIdle() {
    drain();
  }

  @Override
  boolean isWaiting() {
    return false;
  }

  @Override
  void read(ByteBuf bytes) throws Http1Exception {
    if (stream == null && bytes.isReadable()) {
      // Nobody asked: whoever came next would get an answer that is not theirs.
      close("bytes that belong to no answer");
      return;
    }
    parser.parse(bytes);
    if (parser.isComplete() && bytes.isReadable()) {
      close("bytes after the end of an answer");
    }
  }

  @Override
  void onInvalid(Http1Exception problem) {
    Http1ClientStream current = stream;
    stream = null;
    closing = true;
    cut("invalid answer: " + problem.getMessage(), true);
    if (current != null) {
      current.onLost(ResetReason.MALFORMED);
    }
  }

  @Override
  void onInputEnd() {
    parser.closed();
  }

  @Override
  void onBroken() {
    broken = true;
  }

  @Override
  void onGone() {
    closing = true;
    boolean clean = !broken && parser.closed();
    Http1ClientStream current = stream;
    stream = null;
    if (current != null && !(clean && current.isDone())) {
      current.onLost(current.reasonOfLoss(flushCount(), parser.isBeforeMessage(), !broken));
    }
    listener.onClosed(this, closeDetail());
  }

  @Override
  void onDrained(int bytes) {
    if (stream != null) {
      stream.onDrained(bytes);
    }
  }

  /** Both messages ended. */
  void onStreamDone(Http1ClientStream done) {
    if (stream != done) {
      return;
    }
    stream = null;
    forgetUnconsumed();
    if (closing || isGone()) {
      return;
    }
    if (draining || !keepAlive || hasUnread()) {
      close("last request");
      return;
    }
    idle().idle();
    listener.onCapacity(this);
  }

  /** The stream was given up in the middle. */
  void onStreamReset(Http1ClientStream done, boolean answered) {
    if (stream != done) {
      return;
    }
    stream = null;
    closing = true;
    parser.stop();
    cut("reset", !answered);
  }

  private final class Messages implements MessageSink {
    @Override
    public void onHead(Http2Headers headers, boolean end) {
      Http1ClientStream current = stream;
      if (current == null) {
        return;
      }
      if (parser.isHeadDone()) {
        keepAlive = !parser.endsWithConnection() && !HeadRules.closes(headers, parser.isHttp10());
      }
      CharSequence granted = headers.get(HeaderNames.UPGRADE);
      HopHeaders.remove(headers);
      current.onHead(headers, end, parser.isHeadDone(), granted);
    }

    @Override
    public void onBody(ByteBuf piece, boolean end) {
      if (stream == null) {
        piece.release();
        return;
      }
      received(piece.readableBytes());
      if (tunnel) {
        stream.open();
      }
      stream.onBody(piece, end);
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      if (stream != null) {
        stream.onTrailers(trailers);
      }
    }
  }
}
