package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ForbiddenTrailers;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.SendStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** Our side of an HTTP/2 stream: what it may still send, and who takes what it receives. */
abstract class StreamSide implements SendStream {
  private final Http2Endpoint endpoint;
  private final Http2Stream stream;
  private @Nullable ReceiveStream receiver;
  private boolean headReceived;
  private boolean sendEnded;
  private boolean receiveEnded;
  private boolean over;
  private boolean resetWhenGone;

  /** Whether anything ever waited for the peer's window. */
  private boolean queued;

  /** Whether the receiver waits for the end of what is queued, after the end of the message. */
  private boolean watched;

  StreamSide(Http2Endpoint endpoint, Http2Stream stream) {
    this.endpoint = endpoint;
    this.stream = stream;
    stream.setProperty(endpoint.streamKey, this);
  }

  final Http2Stream stream() {
    return stream;
  }

  /** Whom to tell what becomes of the stream. */
  final void receiver(ReceiveStream receiver) {
    this.receiver = receiver;
  }

  /** A final head came: DATA and trailers may follow, unless it ended the message. */
  final void onHeadReceived(boolean endStream) {
    headReceived = true;
    receiveEnded = endStream;
  }

  /** Whether the peer has ended its side. */
  final boolean receiveEnded() {
    return receiveEnded;
  }

  final boolean headReceived() {
    return headReceived;
  }

  /** Whether both sides have ended, and neither was cut. */
  final boolean isWhole() {
    return !over && receiveEnded && sendEnded;
  }

  /** Whether nothing that happens on it counts any more. */
  final boolean isOver() {
    return over;
  }

  /** Whether nothing can be sent any more: it ended, or was reset by either side. */
  final boolean closedForSending() {
    return over || sendEnded;
  }

  @Override
  public void sendHeaders(Http2Headers headers, boolean endStream) {
    if (closedForSending()) {
      return;
    }
    sendEnded = endStream;
    endpoint.writer.headers(stream, headers, endStream);
  }

  @Override
  public boolean sendData(ByteBuf data, boolean endStream) {
    if (closedForSending() || (!data.isReadable() && !endStream)) {
      data.release();
      return true;
    }
    sendEnded = endStream;
    boolean gone = endpoint.writer.data(stream, data, endStream, this);
    queued |= !gone;
    return gone;
  }

  @Override
  public void sendTrailers(Http2Headers trailers) {
    if (closedForSending()) {
      return;
    }
    sendEnded = true;
    endpoint.writer.headers(stream, trailers, true);
  }

  /** Whether what was sent waits for the peer's window; the receiver hears of it to its end. */
  public final boolean isFlushing() {
    watched = queued && endpoint.writer.hasQueued(stream);
    return watched;
  }

  @Override
  public void reset(ResetReason reason) {
    if (over) {
      if (resetWhenGone && reason != ResetReason.NO_ERROR) {
        resetWhenGone = false;
        endpoint.writeReset(stream, reason);
      }
      return;
    }
    over = true;
    if (reason == ResetReason.NO_ERROR && sendEnded && endpoint.writer.hasQueued(stream)) {
      // The answer is complete but part of it waits for the peer's window: it must not be lost.
      resetWhenGone = true;
      return;
    }
    endpoint.writeReset(stream, reason);
  }

  @Override
  public void consumed(int bytes) {
    if (bytes > 0) {
      endpoint.giveCredit(stream, bytes);
    }
  }

  /** More came after a head that is not handed on yet; there may be a receiver afterwards. */
  void onMore() {}

  /** Whether somebody takes what comes. */
  final boolean isReceived() {
    return receiver != null;
  }

  final void onData(ByteBuf data, boolean endStream) throws Http2Exception {
    if (over) {
      endpoint.giveCredit(stream, data.readableBytes());
      return;
    }
    onMore();
    ReceiveStream to = receiver;
    if (to == null || !headReceived) {
      throw Http2Exception.streamError(
          stream.id(), Http2Error.PROTOCOL_ERROR, "DATA before HEADERS");
    }
    receiveEnded = endStream;
    if (data.isReadable() || endStream) {
      to.onData(data.retain(), endStream);
    }
  }

  final void onTrailers(Http2Headers trailers) {
    if (!over) {
      onMore();
    }
    ReceiveStream to = receiver;
    if (over || receiveEnded || to == null) {
      return;
    }
    receiveEnded = true;
    ForbiddenTrailers.remove(trailers);
    to.onTrailers(trailers);
  }

  /** The stream is closed; if it was not at its end, the receiver is told why. */
  void onEnded(ResetReason reason) {
    boolean unheard = watched || !(over || receiveEnded && sendEnded);
    over = true;
    watched = false;
    ReceiveStream to = receiver;
    if (to != null && unheard) {
      to.onReset(reason);
    }
  }

  final void onQueuedGone(int bytes) {
    ReceiveStream to = receiver;
    if ((!over || watched) && to != null && bytes > 0) {
      to.onDrained(bytes);
    }
    if (resetWhenGone && !endpoint.writer.hasQueued(stream)) {
      resetWhenGone = false;
      endpoint.writeReset(stream, ResetReason.NO_ERROR);
    }
  }
}
