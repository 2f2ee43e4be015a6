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
    endpoint.writeHeaders(stream, headers, endStream);
  }

  @Override
  public boolean sendData(ByteBuf data, boolean endStream) {
    if (closedForSending() || (!data.isReadable() && !endStream)) {
      data.release();
      return true;
    }
    sendEnded = endStream;
    return endpoint.writeData(stream, data, endStream, this);
  }

  @Override
  public void sendTrailers(Http2Headers trailers) {
    if (closedForSending()) {
      return;
    }
    sendEnded = true;
    endpoint.writeHeaders(stream, trailers, true);
  }

  @Override
  public void reset(ResetReason reason) {
    if (over) {
      return;
    }
    over = true;
    if (reason == ResetReason.NO_ERROR && sendEnded && endpoint.hasQueued(stream)) {
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
    if (over) {
      return;
    }
    over = true;
    ReceiveStream to = receiver;
    if (to != null && !(receiveEnded && sendEnded)) {
      to.onReset(reason);
    }
  }

  final void onQueuedGone(int bytes) {
    if (resetWhenGone && !endpoint.hasQueued(stream)) {
      resetWhenGone = false;
      endpoint.writeReset(stream, ResetReason.NO_ERROR);
    }
    ReceiveStream to = receiver;
    if (!over && to != null && bytes > 0) {
      to.onDrained(bytes);
    }
  }
}
