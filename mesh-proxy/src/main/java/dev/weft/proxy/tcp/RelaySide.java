package dev.weft.proxy.tcp;

import dev.weft.proxy.stream.AbortiveClose;
import dev.weft.proxy.stream.FlushScheduler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One side of a relay: what it reads goes to its peer, without a copy; it reads on only while the
 * peer takes it. Its end of stream becomes the peer's.
 */
final class RelaySide extends ChannelInboundHandlerAdapter implements FlushScheduler.Flushable {
  /** Is told of what passes and of the end. */
  interface Listener {
    /** This many bytes came from this side. */
    void onBytes(RelaySide from, int bytes);

    /** This side sends no more; its peer was told. */
    void onInputEnd(RelaySide from);

    /** This side's connection was reset; it is closed next. */
    void onReset(RelaySide side);

    /** This side's connection is gone. */
    void onClosed(RelaySide side);
  }

  private final Listener listener;
  private final FlushScheduler flushes;
  private @Nullable Channel own;
  private @Nullable RelaySide peer;

  /** What was read before there was a peer: what was under way when reading was stopped. */
  private final ArrayDeque<ByteBuf> early = new ArrayDeque<>(0);

  private boolean marked;
  private boolean inputEnded;
  private boolean outputEnds;

  RelaySide(Listener listener, FlushScheduler flushes) {
    this.listener = listener;
    this.flushes = flushes;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    own = ctx.channel();
  }

  /** Begins to read and to pass on. */
  void join(RelaySide other) {
    peer = other;
    boolean more = true;
    for (ByteBuf data = early.poll(); data != null; data = early.poll()) {
      more = pass(data, other);
    }
    if (inputEnded) {
      other.endOutput();
    } else if (own != null) {
      own.config().setAutoRead(more);
    }
  }

  private boolean pass(ByteBuf data, RelaySide to) {
    listener.onBytes(this, data.readableBytes());
    return to.write(data);
  }

  boolean inputEnded() {
    return inputEnded;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf data)) {
      ReferenceCountUtil.release(message);
      return;
    }
    RelaySide to = peer;
    if (to == null) {
      early.add(data);
    } else if (!pass(data, to)) {
      ctx.channel().config().setAutoRead(false);
    }
  }

  /** Passes bytes to this side's socket; false if it does not take more for now. */
  private boolean write(ByteBuf data) {
    Channel channel = own;
    if (channel == null) {
      data.release();
      return true;
    }
    channel.write(data, channel.voidPromise());
    if (!marked) {
      marked = true;
      flushes.mark(this);
    }
    return channel.isWritable();
  }

  @Override
  public void flushNow() {
    marked = false;
    Channel channel = own;
    if (channel != null) {
      channel.flush();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    RelaySide from = peer;
    Channel source = from == null ? null : from.own;
    if (source != null) {
      source.config().setAutoRead(ctx.channel().isWritable());
    }
    if (!ctx.channel().isWritable()) {
      // Only a flush makes it writable again, and the one of this loop run may have been.
      ctx.flush();
    }
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      endInput();
    } else if (event == ChannelInputShutdownReadComplete.INSTANCE) {
      // Nothing more to read: not asking again spares the loop from spinning.
      ctx.channel().config().setAutoRead(false);
    }
    ctx.fireUserEventTriggered(event);
  }

  private void endInput() {
    if (inputEnded) {
      return;
    }
    inputEnded = true;
    RelaySide to = peer;
    if (to != null) {
      to.endOutput();
    }
    listener.onInputEnd(this);
  }

  private void endOutput() {
    Channel channel = own;
    if (channel == null || outputEnds) {
      return;
    }
    outputEnds = true;
    // With TLS too it is the socket's end of stream that is passed on: a close_notify would end
    // both
    // directions of the engines in use.
    channel
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(
            written -> {
              if (channel instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
              }
            });
  }

  /** Resets the connection: what was written and has not gone is lost. */
  void reset() {
    Channel channel = own;
    if (channel != null && channel.isActive()) {
      AbortiveClose.prepare(channel);
      channel.close();
    }
  }

  /** Closes the connection once what was written has gone. */
  void close() {
    Channel channel = own;
    if (channel != null && channel.isActive()) {
      channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(written -> channel.close());
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    early.forEach(ByteBuf::release);
    early.clear();
    listener.onClosed(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof IOException) {
      listener.onReset(this);
    }
    ctx.close();
  }
}
