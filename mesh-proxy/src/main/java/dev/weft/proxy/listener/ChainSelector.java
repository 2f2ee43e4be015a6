package dev.weft.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection until they tell which chain is meant; then it takes
 * itself out and passes the bytes on.
 */
final class ChainSelector extends ByteToMessageDecoder {
  private final DownstreamConnection connection;
  private final Duration timeout;
  private @Nullable Future<?> timer;
  private boolean decided;

  /**
   * @param timeout zero for none
   */
  ChainSelector(DownstreamConnection connection, Duration timeout) {
    this.connection = connection;
    this.timeout = timeout;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (timeout.isPositive()) {
      timer =
          ctx.executor().schedule(() -> onTimeout(ctx), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void onTimeout(ChannelHandlerContext ctx) {
    decided = true;
    // Who has begun a hello has said that it is TLS.
    if (connection.onSelectionTimeout(actualReadableBytes() == 0)) {
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
    switch (ClientHello.parse(in)) {
      case ClientHello.Incomplete() -> {}
      case ClientHello.Broken(String problem) -> {
        decided = true;
        in.skipBytes(in.readableBytes());
        connection.onBroken(problem);
      }
      case ClientHello.Plaintext() -> go(ctx, null);
      case ClientHello.Hello hello -> go(ctx, hello);
    }
  }

  private void go(ChannelHandlerContext ctx, ClientHello.@Nullable Hello hello) {
    decided = true;
    if (connection.onSelected(hello)) {
      ctx.pipeline().remove(this);
    } else {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
