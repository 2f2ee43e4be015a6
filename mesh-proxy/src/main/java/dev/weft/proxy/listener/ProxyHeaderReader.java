package dev.weft.proxy.listener;

import dev.weft.proxy.config.ProxyHeaderRules;
import dev.weft.proxy.stream.AbortiveClose;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the PROXY header from the beginning of a connection; then it takes itself out and passes on
 * what follows it.
 */
final class ProxyHeaderReader extends ByteToMessageDecoder {
  private final DownstreamConnection connection;
  private final ProxyHeaderRules rules;
  private final long timeoutNanos;
  private final long startNanos = System.nanoTime();
  private @Nullable Future<?> timer;
  private boolean decided;

  /**
   * @param timeoutNanos for the header and all that chooses a chain; 0 for none
   */
  ProxyHeaderReader(DownstreamConnection connection, ProxyHeaderRules rules, long timeoutNanos) {
    this.connection = connection;
    this.rules = rules;
    this.timeoutNanos = timeoutNanos;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (timeoutNanos > 0) {
      timer = ctx.executor().schedule(() -> onTimeout(ctx), timeoutNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void onTimeout(ChannelHandlerContext ctx) {
    decided = true;
    if (connection.onSelectionTimeout(true)) {
      ctx.pipeline().remove(this);
    }
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    Future<?> pending = timer;
    if (pending != null) {
      pending.cancel(false);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    if (decided) {
      // The connection is closing.
      in.skipBytes(in.readableBytes());
      return;
    }
    ProxyHeader.Outcome outcome = ProxyHeader.parse(in, rules.allowed());
    switch (outcome) {
      case ProxyHeader.Incomplete() -> {}
      case ProxyHeader.Absent() -> {
        rules.absent();
        go(ctx, null);
      }
      case ProxyHeader.Found found -> {
        rules.found(found.version());
        in.skipBytes(found.length());
        go(ctx, found);
      }
      case ProxyHeader.Disallowed(var version) -> {
        rules.disallowed(version);
        refuse(ctx, in);
      }
      case ProxyHeader.Broken broken -> {
        rules.broken(broken.version());
        connection.onBrokenHeader(broken.problem());
        refuse(ctx, in);
      }
    }
  }

  private void go(ChannelHandlerContext ctx, ProxyHeader.@Nullable Found found) {
    decided = true;
    long left =
        timeoutNanos == 0 ? 0 : Math.max(1, timeoutNanos - (System.nanoTime() - startNanos));
    if (connection.onHeader(found, left)) {
      ctx.pipeline().remove(this);
    } else {
      ctx.close();
    }
  }

  /** By a reset, as Envoy: nothing of what was sent is taken. */
  private void refuse(ChannelHandlerContext ctx, ByteBuf in) {
    decided = true;
    in.skipBytes(in.readableBytes());
    AbortiveClose.prepare(ctx.channel());
    ctx.close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
