package dev.weft.proxy.http1;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** One request on an HTTP/1.1 connection to an endpoint. */
final class Http1ClientStream implements UpstreamStream {
  private static final AsciiString GRANTED = AsciiString.cached("101");

  private final Http1ClientConnection connection;
  private final ResponseReceiver receiver;
  private final @Nullable CharSequence upgrade;
  private final boolean reused;
  private final long openedAt;
  private boolean headSent;

  /** Whether bytes have taken the place of HTTP. */
  private boolean upgraded;

  /** Whether the final head came. */
  private boolean answering;

  private boolean sendEnded;
  private boolean receiveEnded;
  private boolean over;

  /**
   * @param upgrade the protocol that the request asks to go on with; null for none
   * @param reused whether the connection carried a request before
   * @param openedAt the connection's flush count, to tell whether a byte can have left
   */
  Http1ClientStream(
      Http1ClientConnection connection,
      ResponseReceiver receiver,
      @Nullable CharSequence upgrade,
      boolean reused,
      long openedAt) {
    this.connection = connection;
    this.receiver = receiver;
    this.upgrade = upgrade;
    this.reused = reused;
    this.openedAt = openedAt;
  }

  @Override
  public ConnectionInfo connection() {
    return connection.info();
  }

  boolean isDone() {
    return over;
  }

  @Override
  public void sendHeaders(Http2Headers headers, boolean endStream) {
    if (over || headSent) {
      return;
    }
    headSent = true;
    if (Tunnel.is(upgrade)) {
      if (!connection.writer().connect(headers)) {
        abort();
      }
      connection.mark();
      return;
    }
    if (!connection.writer().request(headers, endStream || upgrade != null, upgrade != null)) {
      abort();
      return;
    }
    connection.mark();
    if (endStream) {
      onSendEnded();
    }
  }

  @Override
  public boolean sendData(ByteBuf data, boolean endStream) {
    if (over || sendEnded) {
      data.release();
      return true;
    }
    int bytes = data.readableBytes();
    if (!connection.writer().body(data, endStream)) {
      abort();
      return true;
    }
    boolean accepted = connection.accepted(bytes);
    if (endStream) {
      onSendEnded();
    }
    return accepted;
  }

  @Override
  public void sendTrailers(Http2Headers trailers) {
    if (over || sendEnded) {
      return;
    }
    if (!connection.writer().trailers(trailers)) {
      abort();
      return;
    }
    connection.mark();
    onSendEnded();
  }

  /** What was to be sent contradicts its content-length: the request is cut off. */
  private void abort() {
    reset(ResetReason.INTERNAL_ERROR);
    // Not within the call that opens the stream: its opening has to be told first.
    connection.context().executor().execute(() -> receiver.onReset(ResetReason.INTERNAL_ERROR));
  }

  @Override
  public void reset(ResetReason reason) {
    if (over) {
      return;
    }
    over = true;
    connection.onStreamReset(this, receiveEnded || reason == ResetReason.EXPIRED);
  }

  @Override
  public void consumed(int bytes) {
    if (!over) {
      connection.credited(bytes);
    }
  }

  private void onSendEnded() {
    sendEnded = true;
    if (upgraded && !receiveEnded) {
      connection.endOutput();
    }
    finish();
  }

  private void finish() {
    if (sendEnded && receiveEnded && !over) {
      over = true;
      connection.onStreamDone(this);
    }
  }

  /** There is nobody to ask: bytes go both ways as soon as the connection stands. */
  void open() {
    if (!upgraded && !over) {
      headSent = true;
      onHead(new DefaultHttp2Headers(false, 2).status(GRANTED), false, true, null);
    }
  }

  /**
   * A head came.
   *
   * @param granted the protocol that it names; null for none
   */
  void onHead(Http2Headers headers, boolean end, boolean isFinal, @Nullable CharSequence granted) {
    if (over) {
      return;
    }
    answering = isFinal;
    receiveEnded = isFinal && end;
    if (isFinal && Tunnel.is(upgrade) && headers.status().charAt(0) == '2') {
      Tunnel.granted(headers);
    }
    if (isFinal && upgrade != null && RequestSyntax.status(headers.status()) == 101) {
      upgraded = true;
      if (granted != null && !Tunnel.is(upgrade)) {
        headers.set(HeaderNames.UPGRADE, granted); // in the endpoint's words
      }
      connection.writer().goOnWithBytes();
      connection.endApart();
    }
    receiver.onHeaders(headers, receiveEnded);
    finish();
  }

  void onBody(ByteBuf piece, boolean end) {
    if (over) {
      piece.release();
      return;
    }
    receiveEnded = end;
    receiver.onData(piece, end);
    finish();
  }

  void onTrailers(Http2Headers trailers) {
    if (over) {
      return;
    }
    receiveEnded = true;
    receiver.onTrailers(trailers);
    finish();
  }

  void onDrained(int bytes) {
    if (!over) {
      receiver.onDrained(bytes);
    }
  }

  /**
   * What the loss of the connection says of the request.
   *
   * @param beforeAnswer whether not a byte of an answer came
   * @param ended whether the endpoint ended it in good order, if too early
   */
  ResetReason reasonOfLoss(long flushCount, boolean beforeAnswer, boolean ended) {
    if (upgraded) {
      return ResetReason.CONNECTION_LOST;
    }
    if (flushCount == openedAt) {
      return ResetReason.REFUSED_STREAM;
    }
    if (answering && ended) {
      return ResetReason.MALFORMED; // an answer that is cut short
    }
    return reused && beforeAnswer ? ResetReason.STALE_CONNECTION : ResetReason.CONNECTION_LOST;
  }

  void onLost(ResetReason reason) {
    if (over) {
      return;
    }
    over = true;
    // After a complete answer the loss only says that nobody wants the rest of the request.
    receiver.onReset(receiveEnded ? ResetReason.NO_ERROR : reason);
  }
}
