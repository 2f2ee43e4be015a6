package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.Keepalives;
import dev.weft.xds.model.TcpKeepalive;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Connects to an endpoint that has several addresses, to whichever answers first, TLS handshake
 * included. How long that may take is for its caller to say. Confined to its loop.
 */
final class HappyEyeballs {
  /** Is told the outcome: one of the two, once, unless it gives up before. */
  interface Listener {
    /** Another address is tried. */
    void onAnother();

    /**
     * It is connected. The context is that of a handler whose place has to be taken, within this
     * call.
     *
     * @param tls null on plaintext
     */
    void onConnected(
        ChannelHandlerContext last, InetSocketAddress address, @Nullable SslHandler tls);

    /** No address could be connected; this is what happened last. */
    void onFailed(ConnectFailure.Kind kind, String detail);
  }

  private final EventLoop loop;
  private final Bootstrap bootstrap;
  private final UpstreamTarget target;
  private final @Nullable SslContext tls;
  private final @Nullable TcpKeepalive keepalive;
  private final Descriptors descriptors;
  private final Listener listener;
  private final ConnectRace race;
  private final Set<Try> open = new LinkedHashSet<>();
  private @Nullable Future<?> timer;

  /** Whether addresses are being tried already: what fails at once is seen there. */
  private boolean beginning;

  /**
   * @param bootstrap without a handler; its connect timeout must not be shorter than its caller's
   * @param target with several addresses
   */
  HappyEyeballs(
      EventLoop loop,
      Bootstrap bootstrap,
      UpstreamTarget target,
      @Nullable SslContext tls,
      @Nullable TcpKeepalive keepalive,
      Descriptors descriptors,
      Listener listener) {
    this.loop = loop;
    this.bootstrap = bootstrap;
    this.target = target;
    this.tls = tls;
    this.keepalive = keepalive;
    this.descriptors = descriptors;
    this.listener = listener;
    this.race = new ConnectRace(target.addresses().size());
  }

  /** Begins; the outcome is told perhaps from within this call. */
  void start() {
    begin();
  }

  /** Closes everything; nothing is told any more. */
  void giveUp() {
    race.giveUp();
    closeAllBut(null);
  }

  private void begin() {
    if (beginning) {
      return;
    }
    beginning = true;
    for (int next = race.next(System.nanoTime());
        next != ConnectRace.NONE;
        next = race.next(System.nanoTime())) {
      if (next > 0) {
        listener.onAnother();
      }
      connect(target.addresses().get(next));
    }
    beginning = false;
    awaitNext();
  }

  private void awaitNext() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    long wait = race.untilNext(System.nanoTime());
    if (wait >= 0) {
      timer = loop.schedule(this::begin, wait, TimeUnit.NANOSECONDS);
    }
  }

  private void connect(InetSocketAddress address) {
    Try one = new Try(address);
    ChannelFuture connecting =
        bootstrap
            .clone()
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    prepare(channel, one);
                  }
                })
            .connect(address, target.from().towards(address));
    if (connecting.isDone() && !connecting.isSuccess()) {
      // There is no channel, and no loop that the future's listeners would run on.
      one.fail(connecting.cause());
      return;
    }
    one.channel = connecting.channel();
    open.add(one);
    if (!descriptors.takeEndpoint(connecting.channel())) {
      one.fail(ConnectFailure.Kind.OVERFLOW, "the process has too many files open");
      return;
    }
    connecting.addListener(
        done -> {
          if (!done.isSuccess()) {
            one.fail(done.cause());
          }
        });
  }

  private void prepare(Channel channel, Try one) {
    target.from().prepare(channel);
    if (keepalive != null) {
      Keepalives.set(channel, keepalive);
    }
    if (target.preface() != null) {
      channel.pipeline().addLast(new PrefaceWriter(target.preface()));
    }
    if (tls != null) {
      SslHandler handler = Handshakes.handler(tls, channel.alloc(), target, one.address.getPort());
      // What bounds the whole bounds the handshake.
      handler.setHandshakeTimeoutMillis(0);
      one.handshake = handler;
      channel.pipeline().addLast(handler);
    }
    channel.pipeline().addLast(one);
  }

  private void closeAllBut(@Nullable Try winner) {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
    List<Try> others = new ArrayList<>(open);
    open.clear();
    for (Try one : others) {
      if (one != winner && one.channel != null) {
        one.done = true;
        one.channel.close();
      }
    }
  }

  /** One address, until it is connected or not. */
  private final class Try extends ChannelInboundHandlerAdapter {
    private final InetSocketAddress address;
    private @Nullable SslHandler handshake;
    private @Nullable Channel channel;
    private boolean done;

    Try(InetSocketAddress address) {
      this.address = address;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
      if (handshake == null) {
        win(ctx);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (!(event instanceof SslHandshakeCompletionEvent agreed)) {
        ctx.fireUserEventTriggered(event);
      } else if (!agreed.isSuccess()) {
        fail(ConnectFailure.Kind.TLS, String.valueOf(agreed.cause().getMessage()));
      } else {
        String objection = handshake == null ? null : Handshakes.objection(target, handshake);
        if (objection == null) {
          win(ctx);
        } else {
          fail(ConnectFailure.Kind.TLS, objection);
        }
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      fail(ConnectFailure.Kind.TLS, "closed during the TLS handshake");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      fail(ConnectFailure.Kind.TLS, String.valueOf(cause.getMessage()));
    }

    private void win(ChannelHandlerContext ctx) {
      if (done) {
        return;
      }
      done = true;
      if (!race.onConnected()) {
        ctx.close();
        return;
      }
      closeAllBut(this);
      listener.onConnected(ctx, address, handshake);
    }

    void fail(Throwable cause) {
      fail(target.from().failure(cause, address), String.valueOf(cause.getMessage()));
    }

    void fail(ConnectFailure.Kind kind, String detail) {
      if (done) {
        return;
      }
      done = true;
      open.remove(this);
      if (channel != null) {
        channel.close();
      }
      if (race.onFailed(System.nanoTime())) {
        closeAllBut(null);
        listener.onFailed(kind, address + ": " + detail);
      } else {
        begin();
      }
    }
  }
}
