package dev.weft.proxy.listener;

import dev.weft.proxy.tls.ClientOffer;
import dev.weft.proxy.tls.ServerContext;
import dev.weft.xds.model.DownstreamTls;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import io.netty.util.concurrent.Future;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits for the hello of a client where the certificate that it is shown depends on that; then TLS
 * takes its place, and the bytes. Whatever is no hello is left to TLS, too, which says what is
 * wrong with it.
 */
final class CertificateSelector extends ByteToMessageDecoder {
  private final ServerContext context;
  private final DownstreamTls settings;
  private final Duration timeout;
  private final long begun = System.nanoTime();
  private @Nullable Future<?> timer;
  private boolean decided;

  private CertificateSelector(ServerContext context, DownstreamTls settings, Duration timeout) {
    this.context = context;
    this.settings = settings;
    this.timeout = timeout;
  }

  /**
   * What a connection goes through first: TLS, or what waits for its hello.
   *
   * @param timeout of the handshake with all before it; 0 for no limit
   */
  static ChannelHandler first(
      ServerContext context, DownstreamTls settings, Duration timeout, ByteBufAllocator alloc) {
    if (context.readsHello()) {
      return new CertificateSelector(context, settings, timeout);
    }
    SslHandler tls = context.handler(alloc, settings, ClientOffer.NONE);
    tls.setHandshakeTimeoutMillis(timeout.toMillis());
    return tls;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    if (timeout.isPositive()) {
      timer =
          ctx.executor()
              .schedule(
                  () -> fail(ctx, new SslHandshakeTimeoutException("no ClientHello in time")),
                  timeout.toNanos(),
                  TimeUnit.NANOSECONDS);
    }
  }

  private void fail(ChannelHandlerContext ctx, Exception cause) {
    if (!decided) {
      decided = true;
      ctx.fireUserEventTriggered(new SslHandshakeCompletionEvent(cause));
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    fail(ctx, new ClosedChannelException());
    super.channelInactive(ctx);
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
    switch (ClientHello.offer(in)) {
      case ClientHello.Incomplete() -> {}
      case ClientHello.Offered(ClientOffer offer) -> go(ctx, offer);
      default -> go(ctx, ClientOffer.NONE);
    }
  }

  private void go(ChannelHandlerContext ctx, ClientOffer offer) {
    decided = true;
    SslHandler tls = context.handler(ctx.alloc(), settings, offer);
    long left = timeout.toNanos() - (System.nanoTime() - begun);
    tls.setHandshakeTimeoutMillis(
        timeout.isPositive() ? Math.max(1, TimeUnit.NANOSECONDS.toMillis(left)) : 0);
    ctx.pipeline().addAfter(ctx.name(), null, tls);
    ctx.pipeline().remove(this);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
