package dev.weft.proxy.wire;

import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.RequestHandler;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.StreamOpening;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.Waiting;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayDeque;

/** The least that can sit between two codecs: every request goes to one target as it is. */
final class PassThrough implements RequestHandler {
  private final UpstreamPool pool;
  private final UpstreamTarget target;
  private final ConnectionSettings settings;
  private final ConnectionObserver observer;

  PassThrough(
      UpstreamPool pool,
      UpstreamTarget target,
      ConnectionSettings settings,
      ConnectionObserver observer) {
    this.pool = pool;
    this.target = target;
    this.settings = settings;
    this.observer = observer;
  }

  @Override
  public ReceiveStream onRequest(DownstreamStream stream, Http2Headers headers, boolean end) {
    Exchange exchange = new Exchange(stream);
    exchange.waiting =
        pool.open(target, settings, observer, headers, end, exchange.new Answer(), exchange);
    return exchange;
  }

  private static final class Exchange implements ReceiveStream, StreamOpening {
    private final DownstreamStream down;
    private UpstreamStream up;
    private Waiting waiting;
    private boolean headSent;
    private boolean over;
    // What came while the upstream was being opened; its credit is held back.
    private final ArrayDeque<Runnable> early = new ArrayDeque<>();

    Exchange(DownstreamStream down) {
      this.down = down;
    }

    @Override
    public void onOpen(UpstreamStream stream) {
      up = stream;
      if (over) {
        up.reset(ResetReason.CANCEL);
      }
      early.forEach(Runnable::run);
      early.clear();
    }

    @Override
    public void onFailure(ConnectFailure failure) {
      over = true;
      early.forEach(Runnable::run);
      early.clear();
      down.sendHeaders(
          new DefaultHttp2Headers().status("503").set("x-failure", failure.kind().name()), true);
      down.reset(ResetReason.NO_ERROR);
    }

    @Override
    public void onData(ByteBuf data, boolean end) {
      if (up == null && !over) {
        early.add(() -> onData(data, end));
        return;
      }
      if (over) {
        data.release();
        return;
      }
      int bytes = data.readableBytes();
      if (up.sendData(data, end)) {
        down.consumed(bytes);
      }
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      if (up == null && !over) {
        early.add(() -> onTrailers(trailers));
        return;
      }
      if (!over) {
        up.sendTrailers(trailers);
      }
    }

    @Override
    public void onReset(ResetReason reason) {
      over = true;
      if (up != null) {
        up.reset(reason);
      } else if (waiting != null) {
        waiting.cancel();
      }
      early.forEach(Runnable::run);
      early.clear();
    }

    @Override
    public void onDrained(int bytes) {
      if (up != null) {
        up.consumed(bytes);
      }
    }

    private final class Answer implements ResponseReceiver {
      @Override
      public void onHeaders(Http2Headers headers, boolean end) {
        headSent |= headers.status().charAt(0) != '1';
        down.sendHeaders(headers, end);
      }

      @Override
      public void onData(ByteBuf data, boolean end) {
        int bytes = data.readableBytes();
        if (down.sendData(data, end)) {
          up.consumed(bytes);
        }
      }

      @Override
      public void onTrailers(Http2Headers trailers) {
        down.sendTrailers(trailers);
      }

      @Override
      public void onReset(ResetReason reason) {
        over = true;
        if (headSent) {
          down.reset(reason);
          return;
        }
        down.sendHeaders(
            new DefaultHttp2Headers().status("502").set("x-reset", reason.name()), true);
        down.reset(ResetReason.NO_ERROR);
      }

      @Override
      public void onDrained(int bytes) {
        down.consumed(bytes);
      }
    }
  }
}
