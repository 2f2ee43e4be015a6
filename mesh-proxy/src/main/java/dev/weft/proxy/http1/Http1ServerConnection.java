package dev.weft.proxy.http1;

import dev.weft.proxy.http1.MessageWriter.Persistence;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.HeadTimer;
import dev.weft.proxy.stream.RequestHandler;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ServerConnection;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.stream.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * An accepted HTTP/1.1 connection. Requests are taken one at a time; what a client pipelines waits
 * in the socket.
 */
public final class Http1ServerConnection extends Http1Connection implements ServerConnection {
  private final ServerSettings settings;
  private final ConnectionInfo info;
  private final RequestHandler handler;
  private final Http1RequestParser parser;
  private final HeadTimer headTimer;
  private @Nullable Http1ServerStream stream;
  private boolean draining;
  private boolean ending;
  private int requests;

  /**
   * A handler for one connection.
   *
   * @param flushes of the channel's event loop
   */
  public Http1ServerConnection(
      ServerSettings settings,
      ConnectionInfo info,
      RequestHandler handler,
      FlushScheduler flushes) {
    super(flushes, settings.idleTimeout(), settings.http1().properCase());
    this.settings = settings;
    this.info = info;
    this.handler = handler;
    this.parser =
        new Http1RequestParser(
            new Messages(),
            settings.maxHeaderBytes(),
            settings.maxHeaders(),
            info.tls(),
            settings.http1());
    this.headTimer = new HeadTimer(settings.headersTimeout(), this::onHeadTimeout);
  }

  @Override
  public int activeStreams() {
    return stream == null ? 0 : 1;
  }

  @Override
  public void drain() {
    draining = true;
    if (stream == null && parser.isBeforeMessage() && !hasUnread() && !ending) {
      end("drained", false);
    }
  }

  ConnectionInfo info() {
    return info;
  }

  @Override
  void onReady() {
    idle().idle();
  }

  @Override
  void onIdle() {
    drain();
  }

  @Override
  boolean isWaiting() {
    return parser.isComplete();
  }

  @Override
  void read(ByteBuf bytes) throws Http1Exception {
    if (bytes.isReadable() && stream == null) {
      idle().busy();
    }
    parser.parse(bytes);
    watchHead();
    if (stream == null && parser.isBeforeMessage() && !bytes.isReadable()) {
      idle().idle();
    }
  }

  private void watchHead() {
    boolean inHead =
        !parser.isHeadDone() && !isDiscarding() && (hasUnread() || !parser.isBeforeMessage());
    if (inHead) {
      headTimer.start(context().executor());
    } else {
      headTimer.stop();
    }
  }

  private void onHeadTimeout() {
    onInvalid(new Http1Exception(408, "headers not complete in time"));
  }

  @Override
  void onInvalid(Http1Exception problem) {
    parser.stop();
    Http1ServerStream current = stream;
    boolean answered = current != null && current.headSent();
    if (current == null) {
      handler.onRejected(problem.status(), String.valueOf(problem.getMessage()));
    } else {
      current.onLost(reason(problem));
      stream = null;
    }
    if (answered) {
      cut("invalid request: " + problem.getMessage(), true);
    } else {
      answer(problem.status());
      end("invalid request: " + problem.getMessage(), true);
    }
  }

  private static ResetReason reason(Http1Exception problem) {
    return problem.status() == 431 ? ResetReason.FIELDS_TOO_LARGE : ResetReason.MALFORMED;
  }

  private void answer(int status) {
    Http2Headers headers = new DefaultHttp2Headers(false, 4);
    if (status == 426) {
      headers.add(HeaderNames.UPGRADE, AsciiString.cached("HTTP/1.1"));
    }
    handler.sign(headers);
    boolean toHead = parser.isHeadDone() && parser.method().contentEquals("HEAD");
    boolean http10 = settings.http1().acceptHttp10() && parser.isHttp10();
    writer().response(status, headers, true, toHead, http10, Persistence.CLOSE);
    mark();
  }

  /**
   * Closes after the last answer.
   *
   * @param unreadInput whether the client may still be sending
   */
  private void end(String detail, boolean unreadInput) {
    if (ending) {
      return;
    }
    ending = true;
    parser.stop();
    headTimer.stop();
    if (unreadInput && settings.delayedClose().isPositive()) {
      new LingeringClose(this, settings.delayedClose(), detail).begin();
    } else {
      closeAfterFlush(detail);
    }
  }

  @Override
  void onGone() {
    headTimer.stop();
    parser.stop();
    Http1ServerStream current = stream;
    stream = null;
    if (current != null) {
      current.onLost(ResetReason.CONNECTION_LOST);
    }
  }

  @Override
  void onInputEnd() {
    parser.closed();
  }

  /** HTTP is over: what follows are bytes, both ways. */
  void goOnWithBytes(Http2Headers headers, boolean tunnel) {
    if (tunnel) {
      writer().tunnel(headers);
    } else {
      writer().switching(headers);
    }
    mark();
    parser.goOnWithBytes();
    endApart();
    // Not within the call that grants it: bytes may be waiting already.
    context().executor().execute(this::readOn);
  }

  @Override
  void onBroken() {
    // A request ends by its framing only: the loss of the connection says all.
  }

  @Override
  void onDrained(int bytes) {
    if (stream != null) {
      stream.onDrained(bytes);
    }
  }

  /** Whether the end of the request is sure to be read: it is here, or was taken already. */
  boolean hasWholeRequest() {
    long left = parser.bodyLeft();
    return left >= 0 && left <= unreadBytes();
  }

  /** What the client sends from here on is part of no request. */
  void stopReading() {
    parser.stop();
    discardInput();
  }

  /** The stream sent and received all, or was reset. */
  /** What goes both ways has lasted as long as it may: the client gets what was for it. */
  void endBytes(Http1ServerStream expired) {
    if (stream == expired) {
      stream = null;
      forgetUnconsumed();
      end("expired", true);
    }
  }

  void onStreamDone(Http1ServerStream done, boolean clean) {
    if (stream != done) {
      return;
    }
    stream = null;
    forgetUnconsumed();
    if (!clean) {
      boolean answered = done.headSent();
      if (done.sendEnded()) {
        end("answered before the request was complete", true);
      } else {
        parser.stop();
        // Nothing must look like the end of an answer that was cut short.
        cut("reset", answered && writer().endsWithConnection());
      }
      return;
    }
    if (done.closesConnection() || draining) {
      end("last request", hasUnread());
      return;
    }
    parser.next();
    idle().idle();
    readOn();
  }

  /** How the head that is about to be written speaks of the connection. */
  Persistence persistence(Http1ServerStream of) {
    if (draining) {
      of.closeConnection();
    }
    if (of.closesConnection()) {
      return Persistence.CLOSE;
    }
    return of.isHttp10() ? Persistence.KEEP_ALIVE : Persistence.DEFAULT;
  }

  private final class Messages implements MessageSink {
    @Override
    public void onHead(Http2Headers headers, boolean end) throws Http1Exception {
      headTimer.stop();
      requests++;
      AsciiString upgrade =
          parser.isHttp10()
              ? null
              : Tunnel.isAsked(headers) ? Tunnel.PROTOCOL : HeadRules.upgrade(headers);
      HeadRules.requireServed(headers, parser.isHttp10(), upgrade != null && !end);
      boolean last = settings.maxRequests() > 0 && requests >= settings.maxRequests();
      Http1ServerStream current =
          new Http1ServerStream(
              Http1ServerConnection.this,
              parser.method().contentEquals("HEAD"),
              parser.isHttp10(),
              last || HeadRules.closes(headers, parser.isHttp10()));
      current.onHead(headers, end, upgrade);
      stream = current;
      current.receiver(handler.onRequest(current, headers, end && upgrade == null));
    }

    @Override
    public void onBody(ByteBuf piece, boolean end) {
      Http1ServerStream current = stream;
      if (current == null) {
        piece.release();
        return;
      }
      received(piece.readableBytes());
      current.onBody(piece, end);
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      if (stream != null) {
        stream.onTrailers(trailers);
      }
    }
  }
}
