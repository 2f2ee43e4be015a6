package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.TcpConnector;
import dev.weft.xds.model.HealthCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/** Asks by a connection: it is enough that there is one, or certain bytes must come on it. */
final class TcpProbe implements Probe {
  /** Whoever sends more than this without the bytes that are waited for does not answer. */
  private static final int MOST = 1 << 20;

  private final TcpConnector connector;
  private final CheckTarget target;
  private final byte[] send;
  private final Payloads receive;
  private final Listener listener;
  private @Nullable Talk talk;

  TcpProbe(TcpConnector connector, CheckTarget target, HealthCheck.Tcp tcp, Listener listener) {
    this.connector = connector;
    this.target = target;
    this.send = Payloads.bytes(tcp.send());
    this.receive = new Payloads(tcp.receive());
    this.listener = listener;
  }

  @Override
  public void ask() {
    Talk kept = talk;
    if (kept != null && kept.channel != null) {
      kept.begin(kept.channel);
      return;
    }
    Talk fresh = new Talk();
    talk = fresh;
    connector.connect(target.upstream(false), target.config().timeout(), null, fresh, fresh);
  }

  @Override
  public void giveUp() {
    Talk open = talk;
    talk = null;
    if (open != null && open.channel != null) {
      open.channel.close();
    }
  }

  @Override
  public void close() {
    giveUp();
  }

  /** One connection. */
  private final class Talk extends ChannelInboundHandlerAdapter implements TcpConnector.Listener {
    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private @Nullable Channel channel;

    private boolean isOver() {
      return talk != this;
    }

    @Override
    public void onOpened(Channel opened) {
      if (isOver()) {
        opened.close();
        return;
      }
      channel = opened;
      if (receive.isEmpty()) {
        finish(Outcome.WELL);
        return;
      }
      opened.config().setAutoRead(true);
      begin(opened);
    }

    @Override
    public void onFailed(ConnectFailure failure) {
      if (!isOver()) {
        finish(failure.kind() == ConnectFailure.Kind.TIMEOUT ? Outcome.LATE : Outcome.NO_ANSWER);
      }
    }

    void begin(Channel open) {
      if (send.length > 0) {
        open.writeAndFlush(Unpooled.wrappedBuffer(send));
      }
    }

    /** The connection is not used again. */
    private void finish(Outcome outcome) {
      giveUp();
      listener.on(outcome);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof ByteBuf bytes && !isOver()) {
        Payloads.keep(bytes, received, MOST);
      }
      ReferenceCountUtil.release(message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
      if (isOver()) {
        return;
      }
      if (receive.areIn(received.toByteArray())) {
        received.reset();
        if (target.config().reuseConnection()) {
          listener.on(Outcome.WELL);
        } else {
          finish(Outcome.WELL);
        }
      } else if (received.size() >= MOST) {
        finish(Outcome.NO_ANSWER);
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof ChannelInputShutdownEvent) {
        ctx.close();
      } else {
        ctx.fireUserEventTriggered(event);
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      // Before it was connected the connector tells.
      if (!isOver() && channel != null) {
        finish(Outcome.NO_ANSWER);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      ctx.close();
    }
  }
}
