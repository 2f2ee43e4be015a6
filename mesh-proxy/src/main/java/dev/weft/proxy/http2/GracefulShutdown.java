package dev.weft.proxy.http2;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends an accepted connection so that no request is lost (RFC 9113, section 6.8): a client may be
 * sending some already, so at first every stream is allowed, and once a PING came back the last one
 * is named. Confined to its loop.
 */
final class GracefulShutdown {
  private static final long PING = 0x77656674L;
  private static final long PING_SECONDS = 1;

  private enum Stage {
    NONE,
    /** GOAWAY sent that allows every stream; requests that crossed it are still taken. */
    ANNOUNCED,
    /** The last stream is named; the channel closes after it. */
    FINAL
  }

  private final Http2ServerConnection connection;
  private Stage stage = Stage.NONE;
  private @Nullable Future<?> timer;

  GracefulShutdown(Http2ServerConnection connection) {
    this.connection = connection;
  }

  /** Begins it, once. */
  void begin() {
    ChannelHandlerContext ctx = connection.context();
    if (stage != Stage.NONE || !ctx.channel().isActive()) {
      return;
    }
    stage = Stage.ANNOUNCED;
    sendGoAway(Integer.MAX_VALUE);
    connection.encoder().writePing(ctx, false, PING, ctx.newPromise());
    timer = ctx.executor().schedule(this::nameLast, PING_SECONDS, TimeUnit.SECONDS);
    connection.mark();
  }

  /** A PING came back. */
  void onPingAck(long data) {
    if (data == PING) {
      nameLast();
    }
  }

  private void nameLast() {
    if (stage != Stage.ANNOUNCED || !connection.context().channel().isActive()) {
      return;
    }
    stage = Stage.FINAL;
    if (timer != null) {
      timer.cancel(false);
    }
    sendGoAway(connection.connection().remote().lastStreamCreated());
    closeIfDone();
  }

  /** Closes the connection if the last stream is named and none is left. */
  void closeIfDone() {
    if (stage == Stage.FINAL && connection.activeStreams() == 0) {
      connection.closeAfterFlush("drained");
    }
  }

  private void sendGoAway(int lastStream) {
    ChannelHandlerContext ctx = connection.context();
    connection.goAway(
        ctx, lastStream, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
  }
}
