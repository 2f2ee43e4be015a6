package dev.weft.proxy.http1;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** One request on an accepted HTTP/1.1 connection. */
final class Http1ServerStream implements DownstreamStream {
  private final Http1ServerConnection connection;
  private final boolean toHead;
  private final boolean http10;
  private @Nullable ReceiveStream receiver;
  private @Nullable CharSequence upgrade;
  private @Nullable CharSequence webSocketKey;
  private boolean upgraded;
  private boolean closesConnection;

  /**
   * The client waits for a 100 before it sends the body: until it had one, or has begun all the
   * same, nobody can tell whether a body follows.
   */
  private boolean awaitsContinue;

  private boolean headSent;
  private boolean sendEnded;
  private boolean receiveEnded;
  private boolean over;

  Http1ServerStream(
      Http1ServerConnection connection, boolean toHead, boolean http10, boolean closesConnection) {
    this.connection = connection;
    this.toHead = toHead;
    this.http10 = http10;
    this.closesConnection = closesConnection;
  }

  void receiver(ReceiveStream receiver) {
    this.receiver = receiver;
  }

  boolean headSent() {
    return headSent;
  }

  boolean sendEnded() {
    return sendEnded;
  }

  @Override
  public boolean isHttp10() {
    return http10;
  }

  boolean closesConnection() {
    return closesConnection;
  }

  void closeConnection() {
    closesConnection = true;
  }

  /**
   * Takes from the head what concerns this connection only.
   *
   * @param end whether no body follows
   * @param asked what the client asks to go on with other than HTTP; null for nothing
   */
  void onHead(Http2Headers headers, boolean end, @Nullable CharSequence asked) {
    receiveEnded = end && asked == null;
    if (headers.contains(HeaderNames.EXPECT)) {
      // Whoever answers the request says whether to go on; of HTTP/1.0 it means nothing.
      if (end || http10) {
        headers.remove(HeaderNames.EXPECT);
      } else {
        awaitsContinue = true;
      }
    }
    HopHeaders.remove(headers);
    if (asked != null) {
      if (!Tunnel.is(asked)) {
        headers.set(HeaderNames.UPGRADE, asked);
      }
      upgrade = asked;
      webSocketKey = headers.get(HeaderNames.SEC_WEBSOCKET_KEY);
    }
  }

  @Override
  public @Nullable CharSequence upgrade() {
    return upgrade;
  }

  @Override
  public ConnectionInfo connection() {
    return connection.info();
  }

  @Override
  public void sendHeaders(Http2Headers headers, boolean endStream) {
    if (over || sendEnded || headSent) {
      return;
    }
    int status = RequestSyntax.status(headers.status());
    if (status == 101 && upgrade != null) {
      goOnWithBytes(headers, upgrade);
      return;
    }
    if (status < 0 || status == 101) {
      throw new IllegalArgumentException("no answer can have the :status " + headers.status());
    }
    if (status < 200) {
      if (!http10) {
        awaitsContinue &= status != 100;
        connection.writer().interim(status, headers);
        connection.mark();
      }
      return;
    }
    // A client whose upgrade is declined may have begun with the other protocol.
    receiveEnded |= upgrade != null;
    closesConnection |=
        awaitsContinue
            || upgrade != null
            || cutsRequest()
            || http10 && !endStream && !headers.contains(HeaderNames.CONTENT_LENGTH);
    headSent = true;
    if (awaitsContinue) {
      // A client may send its body now, or take this for the end of its request: what comes must
      // reach no endpoint, which could take it either way, too.
      connection.stopReading();
    }
    if (!connection
        .writer()
        .response(status, headers, endStream, toHead, http10, connection.persistence(this))) {
      abort();
      return;
    }
    connection.mark();
    if (endStream) {
      onSendEnded();
    }
  }

  /**
   * Whether the connection may end before its client has sent all: only the head can still say so
   * (RFC 9112, section 9.6).
   */
  private boolean cutsRequest() {
    return !receiveEnded && !connection.hasWholeRequest();
  }

  private void goOnWithBytes(Http2Headers headers, CharSequence protocol) {
    headSent = true;
    upgraded = true;
    closesConnection = true;
    boolean tunnel = Tunnel.is(protocol) && Tunnel.toWire(headers);
    if (!tunnel) {
      if (!headers.contains(HeaderNames.UPGRADE)) {
        headers.set(HeaderNames.UPGRADE, protocol);
      }
      WebSocketKeys.addAccept(headers, protocol, webSocketKey);
    }
    connection.goOnWithBytes(headers, tunnel);
  }

  @Override
  public boolean sendData(ByteBuf data, boolean endStream) {
    if (over || sendEnded || !headSent) {
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
    if (over || sendEnded || !headSent) {
      return;
    }
    if (!connection.writer().trailers(trailers)) {
      abort();
      return;
    }
    connection.mark();
    onSendEnded();
  }

  /** What was to be sent cannot be framed: the receiver learns of it like of a lost connection. */
  private void abort() {
    ReceiveStream to = receiver;
    reset(ResetReason.INTERNAL_ERROR);
    if (to != null) {
      to.onReset(ResetReason.INTERNAL_ERROR);
    }
  }

  @Override
  public void reset(ResetReason reason) {
    if (headSent && !sendEnded && !upgraded && connection.writer().isWhole()) {
      // The client has all that it was promised, and may be using the connection again.
      onSendEnded();
    }
    if (over) {
      return;
    }
    over = true;
    if (reason == ResetReason.EXPIRED) {
      connection.endBytes(this);
    } else {
      connection.onStreamDone(this, false);
    }
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
    if (sendEnded && (receiveEnded || awaitsContinue) && !over) {
      over = true;
      connection.onStreamDone(this, receiveEnded);
    }
  }

  void onBody(ByteBuf piece, boolean end) {
    ReceiveStream to = receiver;
    if (over || to == null) {
      piece.release();
      return;
    }
    awaitsContinue = false;
    receiveEnded = end;
    to.onData(piece, end);
    finish();
  }

  void onTrailers(Http2Headers trailers) {
    ReceiveStream to = receiver;
    if (over || to == null) {
      return;
    }
    receiveEnded = true;
    to.onTrailers(trailers);
    finish();
  }

  void onDrained(int bytes) {
    ReceiveStream to = receiver;
    if (!over && to != null) {
      to.onDrained(bytes);
    }
  }

  void onLost(ResetReason reason) {
    if (over) {
      return;
    }
    over = true;
    if (receiver != null) {
      receiver.onReset(reason);
    }
  }
}
