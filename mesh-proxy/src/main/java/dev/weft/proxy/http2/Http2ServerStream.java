package dev.weft.proxy.http2;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ResetReason;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import org.jspecify.annotations.Nullable;

/** A client's request, handed on once all the bytes that came with it are read, and its answer. */
final class Http2ServerStream extends StreamSide implements DownstreamStream {
  private final Http2ServerConnection connection;
  private final @Nullable CharSequence upgrade;

  /** Of a request that is not handed on yet. */
  private @Nullable Http2Headers head;

  Http2ServerStream(
      Http2ServerConnection connection, Http2Stream stream, @Nullable CharSequence upgrade) {
    super(connection, stream);
    this.connection = connection;
    this.upgrade = upgrade;
  }

  /** Keeps the head until it is handed on. */
  void hold(Http2Headers headers) {
    head = headers;
  }

  /** Hands the request on, unless that was done or its stream is over. */
  void handOn() {
    Http2Headers headers = head;
    head = null;
    if (headers != null && !isOver()) {
      connection.accept(this, headers);
    }
  }

  @Override
  void onMore() {
    handOn();
  }

  @Override
  void onEnded(ResetReason reason) {
    if (isReceived() && isWhole()) {
      connection.onWhole();
    }
    super.onEnded(reason);
  }

  @Override
  public @Nullable CharSequence upgrade() {
    return upgrade;
  }

  @Override
  public void sendHeaders(Http2Headers headers, boolean endStream) {
    if (upgrade != null) {
      ExtendedConnect.answer(headers);
    }
    super.sendHeaders(headers, endStream);
  }

  @Override
  public ConnectionInfo connection() {
    return connection.info();
  }
}
