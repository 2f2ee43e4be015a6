package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A request to an endpoint and its answer, which has to be what HTTP allows. */
final class Http2ClientStream extends StreamSide implements UpstreamStream {
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final int MAX_INTERIM = 16;

  private final Http2ClientConnection connection;
  private final ResponseReceiver receiver;
  private final long openedAt;
  private final @Nullable CharSequence upgrade;
  private final boolean toHead;

  /** Whether the answer has no content, whatever its length says. */
  private boolean bodiless;

  /**
   * The head of an answer without content, while the end of its stream has not come. To an HTTP/1.1
   * client this head is the end of the answer: passed on at once, its next request would meet the
   * cut that DATA after it leads to.
   */
  private @Nullable Http2Headers held;

  private int interim;
  private boolean opening = true;

  Http2ClientStream(
      Http2ClientConnection connection,
      Http2Stream stream,
      ResponseReceiver receiver,
      @Nullable CharSequence upgrade,
      boolean toHead) {
    super(connection, stream);
    this.upgrade = upgrade;
    this.toHead = toHead;
    this.connection = connection;
    this.receiver = receiver;
    this.openedAt = connection.flushCount();
    receiver(receiver);
  }

  /** The call that opened it is over: its end may be told. */
  void opened() {
    opening = false;
  }

  /** Whether its head may not have left yet: then it was not processed. */
  boolean isUnsent() {
    return openedAt == connection.flushCount();
  }

  @Override
  public ConnectionInfo connection() {
    return connection.info();
  }

  @Override
  void onEnded(ResetReason reason) {
    if (opening) {
      // Not within the call that opens the stream: its opening has to be told first.
      connection.context().executor().execute(() -> onEnded(reason));
      return;
    }
    super.onEnded(reason);
  }

  void onHead(Http2Headers headers, boolean endStream) throws Http2Exception {
    String problem = RequestSyntax.fieldProblem(headers);
    if (problem != null) {
      throw malformed(stream().id(), problem);
    }
    if (headers.size() > connection.maxHeaders()) {
      // Not malformed: as with Envoy the stream has failed, whatever the endpoint meant by it.
      throw Http2Exception.streamError(
          stream().id(),
          Http2Error.ENHANCE_YOUR_CALM,
          "more than %d headers",
          connection.maxHeaders());
    }
    if (headReceived()) {
      passOnHeld(false);
      onTrailers(headers);
      return;
    }
    int status = RequestSyntax.status(headers.status());
    if (status < 0 || status == 101) {
      throw malformed(stream().id(), ":status " + headers.status());
    }
    if (status < 200) {
      if (endStream || ++interim > MAX_INTERIM) {
        throw malformed(stream().id(), "interim answers without a final one");
      }
      receiver.onHeaders(headers, false);
      return;
    }
    boolean tunnel = Tunnel.is(upgrade) && status < 300;
    bodiless = !tunnel && (toHead || status == 204 || status == 304);
    if (status == 204) {
      headers.remove(CONTENT_LENGTH);
    } else if (endStream && !bodiless && !tunnel && announcesContent(headers)) {
      throw malformed(stream().id(), "a content-length, and no DATA");
    }
    onHeadReceived(endStream);
    if (upgrade == null || status >= 300) {
      if (bodiless && !endStream) {
        held = headers;
      } else {
        receiver.onHeaders(headers, endStream);
      }
      return;
    }
    if (tunnel) {
      Tunnel.granted(headers);
    } else {
      ExtendedConnect.answered(headers);
    }
    receiver.onHeaders(headers, false);
    if (endStream) {
      receiver.onData(Unpooled.EMPTY_BUFFER, true);
    }
  }

  /**
   * DATA can only be the end of an answer without content, whose head has waited for it.
   *
   * @return whether the head was passed on with it, and nothing is left to do
   */
  boolean endsWithHead(ByteBuf data, boolean endStream) throws Http2Exception {
    if (!bodiless) {
      return false;
    }
    if (data.isReadable()) {
      throw malformed(stream().id(), "DATA in an answer that has none");
    }
    return endStream && passOnHeld(true);
  }

  /** Passes on the head that waited for the end, if one did and anybody still wants it. */
  private boolean passOnHeld(boolean endStream) {
    Http2Headers head = held;
    held = null;
    if (head == null || isOver()) {
      return false;
    }
    if (endStream) {
      onHeadReceived(true);
    }
    receiver.onHeaders(head, endStream);
    return true;
  }

  private static boolean announcesContent(Http2Headers headers) {
    CharSequence length = headers.get(CONTENT_LENGTH);
    return length != null && !AsciiString.contentEquals(length, "0");
  }

  private static Http2Exception malformed(int stream, String problem) {
    return Http2Exception.streamError(
        stream, Http2Error.PROTOCOL_ERROR, "malformed answer: %s", problem);
  }
}
