package dev.weft.proxy.http1;

import dev.weft.proxy.stream.AbortiveClose;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.IdleTimer;
import dev.weft.proxy.stream.LastFlush;
import dev.weft.proxy.stream.MergeBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What both ends of an HTTP/1.1 connection share: bytes in, paused while nobody can take them;
 * bytes out, flushed once per loop run.
 */
abstract class Http1Connection extends ChannelInboundHandlerAdapter
    implements FlushScheduler.Flushable {
  private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);
  // Body bytes that were passed on and have not gone: beyond this nothing is read.
  private static final int UNCONSUMED_HIGH = 256 * 1024;
  private static final int UNCONSUMED_LOW = 64 * 1024;

  private final FlushScheduler flushes;
  private final Duration idleTimeout;
  private final boolean properCase;
  private @Nullable ChannelHandlerContext context;
  private @Nullable MergeBuffer out;
  private @Nullable MessageWriter writer;
  private @Nullable IdleTimer idle;
  private ByteBuf unread = Unpooled.EMPTY_BUFFER;
  private boolean reading;
  private boolean readAgain;
  private boolean marked;
  private boolean discarding;
  private boolean gone;
  private long flushCount;
  private int unconsumed;
  private boolean heldBack;
  private boolean inputOver;
  private int queued;
  private String closeDetail = "closed by the peer";

  Http1Connection(FlushScheduler flushes, Duration idleTimeout, boolean properCase) {
    this.flushes = flushes;
    this.idleTimeout = idleTimeout;
    this.properCase = properCase;
  }

  /** Reads what it can from the bytes; leaves what has to wait. */
  abstract void read(ByteBuf bytes) throws Http1Exception;

  /** The bytes were no valid message. */
  abstract void onInvalid(Http1Exception problem);

  /** The channel is closed. */
  abstract void onGone();

  /** After {@link #endApart}: the peer sends no more bytes. */
  abstract void onInputEnd();

  /** So many bytes that were queued have gone. */
  abstract void onDrained(int bytes);

  abstract void onIdle();

  /** The handler is in the pipeline of an open channel. */
  abstract void onReady();

  final ChannelHandlerContext context() {
    return present(context);
  }

  final MessageWriter writer() {
    return present(writer);
  }

  final IdleTimer idle() {
    return present(idle);
  }

  private static <T> T present(@Nullable T added) {
    if (added == null) {
      throw new IllegalStateException("the HTTP/1.1 handler is not in a pipeline yet");
    }
    return added;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    MergeBuffer buffer = new MergeBuffer(ctx);
    out = buffer;
    writer = new MessageWriter(buffer, properCase);
    idle = new IdleTimer(ctx.executor(), idleTimeout, this::onIdle);
    if (ctx.channel().isActive()) {
      onReady();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    onReady();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (discarding || !(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    unread = ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), unread, bytes);
    readOn();
  }

  /** Goes on with bytes that had to wait; from within a read, after it. */
  final void readOn() {
    readAgain = true;
    if (reading) {
      return;
    }
    reading = true;
    try {
      while (readAgain && !discarding) {
        readAgain = false;
        read(unread);
      }
    } catch (Http1Exception e) {
      onInvalid(e);
    } finally {
      reading = false;
    }
    if (!unread.isReadable() || discarding) {
      unread.release();
      unread = Unpooled.EMPTY_BUFFER;
    }
    steerReading();
  }

  final boolean hasUnread() {
    return unread.isReadable();
  }

  final int unreadBytes() {
    return unread.readableBytes();
  }

  /** Whether bytes that were received have to wait for something else than more bytes. */
  abstract boolean isWaiting();

  private void steerReading() {
    if (gone || inputOver) {
      return;
    }
    if (unconsumed > UNCONSUMED_HIGH) {
      heldBack = true;
    } else if (unconsumed <= UNCONSUMED_LOW) {
      heldBack = false;
    }
    boolean wanted = discarding || !heldBack && !(isWaiting() && unread.isReadable());
    if (context().channel().config().isAutoRead() != wanted) {
      context().channel().config().setAutoRead(wanted);
    }
  }

  /** Body bytes were passed on. */
  final void received(int bytes) {
    unconsumed += bytes;
  }

  /** Body bytes have gone on. */
  final void credited(int bytes) {
    unconsumed = Math.max(0, unconsumed - bytes);
    if (!reading) {
      steerReading();
    }
  }

  /** The message is over: what was not consumed of it never will be. */
  final void forgetUnconsumed() {
    unconsumed = 0;
    queued = 0;
    if (!reading) {
      steerReading();
    }
  }

  /** Nothing that is received counts any more. */
  final void discardInput() {
    discarding = true;
    if (!reading) {
      unread.release();
      unread = Unpooled.EMPTY_BUFFER;
      steerReading();
    }
  }

  final boolean isDiscarding() {
    return discarding;
  }

  final boolean isGone() {
    return gone;
  }

  final void mark() {
    if (!marked) {
      marked = true;
      flushes.mark(this);
    }
  }

  @Override
  public final void flushNow() {
    marked = false;
    if (gone) {
      present(out).release();
      return;
    }
    flushCount++;
    present(out).spill();
    context().flush();
  }

  /** Changes when bytes written so far may have reached the socket. */
  final long flushCount() {
    return flushCount;
  }

  /** Whether the socket takes more; if not, the bytes are counted and reported when they went. */
  final boolean accepted(int bytes) {
    mark();
    if (context().channel().isWritable()) {
      return true;
    }
    queued += bytes;
    return false;
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (queued > 0 && ctx.channel().isWritable()) {
      int bytes = queued;
      queued = 0;
      onDrained(bytes);
    }
  }

  /** Closes once what was written has gone. */
  final void closeAfterFlush(String detail) {
    closeDetail = detail;
    discardInput();
    present(out).spill();
    flushCount++;
    LastFlush.close(context());
  }

  /** Does something once what was written has gone; nothing that is received counts any more. */
  final void afterFlush(Runnable action) {
    discardInput();
    present(out).spill();
    flushCount++;
    LastFlush.then(context(), action);
  }

  /**
   * Closes in the middle of a message.
   *
   * @param hard so that the peer cannot take the end of the connection for the end of a message
   */
  final void cut(String detail, boolean hard) {
    closeDetail = detail;
    if (hard) {
      AbortiveClose.prepare(context().channel());
      discardInput();
      context().close();
    } else {
      closeAfterFlush(detail);
    }
  }

  final String closeDetail() {
    return closeDetail;
  }

  /** What follows are bytes: the end of what the peer sends is not the end of what it reads. */
  final void endApart() {
    context().channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
  }

  /** Ends our direction once what was written has gone, after {@link #endApart}. */
  final void endOutput() {
    present(out).spill();
    flushCount++;
    Channel channel = context().channel();
    // With TLS too it is the socket's end that is passed on: a close_notify would end both
    // directions of the engines in use.
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE && !gone) {
      onInputEnd();
    } else if (event == ChannelInputShutdownReadComplete.INSTANCE) {
      // Nothing more to read: not asking again spares the loop from spinning.
      inputOver = true;
      ctx.channel().config().setAutoRead(false);
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    end();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    end();
  }

  private void end() {
    if (gone) {
      return;
    }
    gone = true;
    idle().stop();
    present(out).release();
    onGone();
    discardInput();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    closeDetail = String.valueOf(cause.getMessage());
    // ENOTCONN: read after the reset had been told to a write.
    if (!(cause instanceof IOException || cause instanceof NotYetConnectedException)) {
      LOG.warn("HTTP/1.1 connection {} failed and is closed", ctx.channel(), cause);
    }
    onBroken();
    ctx.close();
  }

  /** The connection broke: the end that follows is nobody's clean end. */
  abstract void onBroken();
}
