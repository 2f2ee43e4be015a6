package dev.weft.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells HTTP/2 with prior knowledge from HTTP/1.1 by the first bytes (RFC 9113, section 3.4); then
 * it takes itself out and passes the bytes on.
 */
final class ProtocolDetector extends ByteToMessageDecoder {
  private final Consumer<Boolean> http2;
  private final Duration silence;
  private final Duration hesitation;
  private @Nullable Future<?> timer;

  /**
   * @param http2 told once, before the bytes are passed on
   * @param silence how long the first byte may take; zero for ever
   * @param hesitation how long the rest of the preface may take; zero for ever
   */
  ProtocolDetector(Consumer<Boolean> http2, Duration silence, Duration hesitation) {
    this.http2 = http2;
    this.silence = silence;
    this.hesitation = hesitation;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    await(ctx, silence);
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    cancel();
  }

  private void await(ChannelHandlerContext ctx, Duration limit) {
    cancel();
    if (limit.isPositive()) {
      timer = ctx.executor().schedule(() -> ctx.close(), limit.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void cancel() {
    Future<?> pending = timer;
    if (pending != null) {
      pending.cancel(false);
      timer = null;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    Http2Preface.Found found = Http2Preface.find(in);
    if (found == Http2Preface.Found.BEGINNING) {
      await(ctx, hesitation);
      return;
    }
    http2.accept(found == Http2Preface.Found.WHOLE);
    ctx.pipeline().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
