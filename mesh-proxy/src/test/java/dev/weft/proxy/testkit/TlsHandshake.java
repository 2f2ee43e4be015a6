package dev.weft.proxy.testkit;

import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerIdentity;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One connection between two TLS contexts, with one byte each way. */
public final class TlsHandshake {
  private TlsHandshake() {}

  /** What came of it; a refused client learns of it only after its own handshake (TLS 1.3). */
  public record Outcome(
      Throwable clientFailure,
      Throwable serverFailure,
      PeerIdentity client,
      PeerIdentity server,
      String alpn,
      String protocol,
      String cipher) {
    public Throwable failure() {
      return serverFailure != null ? serverFailure : clientFailure;
    }
  }

  public static Outcome run(SslContext accepting, SslContext connecting, String sni) {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      CompletableFuture<SslHandler> accepted = new CompletableFuture<>();
      CompletableFuture<SslHandler> connected = new CompletableFuture<>();
      Channel server =
          new ServerBootstrap()
              .group(loops)
              .channel(NioServerSocketChannel.class)
              .childHandler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                      SslHandler tls = accepting.newHandler(channel.alloc());
                      channel.pipeline().addLast(tls, new Echo(tls, accepted));
                    }
                  })
              .bind(InetAddress.getLoopbackAddress(), 0)
              .sync()
              .channel();
      int port = ((InetSocketAddress) server.localAddress()).getPort();
      new Bootstrap()
          .group(loops)
          .channel(NioSocketChannel.class)
          .handler(
              new ChannelInitializer<Channel>() {
                @Override
                protected void initChannel(Channel channel) {
                  SslHandler tls =
                      sni == null
                          ? connecting.newHandler(channel.alloc())
                          : connecting.newHandler(channel.alloc(), sni, port);
                  channel.pipeline().addLast(tls, new Ask(tls, connected));
                }
              })
          .connect(InetAddress.getLoopbackAddress(), port)
          .sync();
      Throwable serverFailure = failure(accepted);
      Throwable clientFailure = failure(connected);
      if (serverFailure != null || clientFailure != null) {
        return new Outcome(clientFailure, serverFailure, null, null, null, null, null);
      }
      SslHandler clientSide = connected.join();
      return new Outcome(
          null,
          null,
          PeerIdentities.of(accepted.join().engine().getSession()),
          PeerIdentities.of(clientSide.engine().getSession()),
          clientSide.applicationProtocol(),
          clientSide.engine().getSession().getProtocol(),
          clientSide.engine().getSession().getCipherSuite());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
  }

  private static Throwable failure(CompletableFuture<SslHandler> side) {
    try {
      side.get(10, TimeUnit.SECONDS);
      return null;
    } catch (java.util.concurrent.ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      return e;
    }
  }

  /** Answers a byte with a byte. */
  private static final class Echo extends Side {
    Echo(SslHandler tls, CompletableFuture<SslHandler> done) {
      super(tls, done);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
      ctx.writeAndFlush(message.retain());
      done.complete(tls);
    }
  }

  /** Sends a byte when the handshake is done, and waits for the answer. */
  private static final class Ask extends Side {
    Ask(SslHandler tls, CompletableFuture<SslHandler> done) {
      super(tls, done);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof io.netty.handler.ssl.SslHandshakeCompletionEvent handshake
          && handshake.isSuccess()) {
        ctx.writeAndFlush(Unpooled.copiedBuffer(new byte[] {1}));
      }
      ctx.fireUserEventTriggered(event);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, ByteBuf message) {
      done.complete(tls);
    }
  }

  private abstract static class Side extends SimpleChannelInboundHandler<ByteBuf> {
    final SslHandler tls;
    final CompletableFuture<SslHandler> done;

    Side(SslHandler tls, CompletableFuture<SslHandler> done) {
      this.tls = tls;
      this.done = done;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      done.completeExceptionally(cause);
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      done.completeExceptionally(new java.nio.channels.ClosedChannelException());
    }
  }
}
