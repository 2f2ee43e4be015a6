package dev.weft.proxy.listener;

import dev.weft.proxy.config.CompiledListener;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the first bytes of a connection until they tell which chain is meant; then it takes
 * itself out and passes the bytes on.
 */
final class ChainSelector extends ByteToMessageDecoder {
  private final DownstreamConnection connection;
  private final long timeoutNanos;
  private final @Nullable FirstLine firstLine;

  /** Not yet known to be no TLS. */
  private boolean maybeTls;

  private @Nullable Future<?> timer;
  private boolean decided;

  /**
   * @param timeoutNanos how long it may take; 0 for no limit
   */
  ChainSelector(DownstreamConnection connection, CompiledListener listener, long timeoutNanos) {
    this.connection = connection;
    this.timeoutNanos = timeoutNanos;
    this.maybeTls = listener.readsHello();
    this.firstLine = listener.readsFirstLine() ? new FirstLine() : null;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (timeoutNanos > 0) {
      timer = ctx.executor().schedule(() -> onTimeout(ctx), timeoutNanos, TimeUnit.NANOSECONDS);
    }
  }

  private void onTimeout(ChannelHandlerContext ctx) {
    decided = true;
    // Who has begun a hello has said that it is TLS.
    if (connection.onSelectionTimeout(!maybeTls || actualReadableBytes() == 0)) {
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
    if (maybeTls) {
      readHello(ctx, in);
    }
    if (!maybeTls && !decided) {
      readFirstLine(ctx, in);
    }
  }

  private void readHello(ChannelHandlerContext ctx, ByteBuf in) {
    switch (ClientHello.parse(in)) {
      case ClientHello.Incomplete() -> {}
      case ClientHello.Broken(String problem) -> {
        decided = true;
        in.skipBytes(in.readableBytes());
        connection.onBroken(problem);
      }
      case ClientHello.Plaintext() -> maybeTls = false;
      case ClientHello.Hello hello -> go(ctx, hello, hello.applicationProtocols());
      case ClientHello.Offered offered -> throw new IllegalStateException("not asked for");
    }
  }

  private void readFirstLine(ChannelHandlerContext ctx, ByteBuf in) {
    FirstLine.Outcome outcome = firstLine == null ? FirstLine.Outcome.NO_HTTP : firstLine.read(in);
    switch (outcome) {
      case INCOMPLETE -> {}
      case TOO_LONG -> {
        decided = true;
        in.skipBytes(in.readableBytes());
        connection.onOverlong();
      }
      case NO_HTTP, HTTP_1_0, HTTP_1_1, H2C -> go(ctx, null, outcome.protocols());
    }
  }

  private void go(
      ChannelHandlerContext ctx, ClientHello.@Nullable Hello hello, List<String> protocols) {
    decided = true;
    if (connection.onSelected(hello, protocols)) {
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
