package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.loop.KeptBytes;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.proxy.telemetry.Tracing;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a request on its way to a mirror. Of the answer nobody is told; a mirror that does not
 * keep up with the request, or fails, is left. Confined to its loop.
 */
final class MirroredRequest implements Caller, Deadlines.Listener {
  /** A mirror that lets more than this wait is left: nothing slows the request itself. */
  static final int WAITING_BYTES = 1024 * 1024;

  private final KeptBytes budget;
  private final Caller original;
  private final Tracing.Copy span;
  private final long startNanos = System.nanoTime();
  private final Deadlines deadlines;
  private final Forwarder forwarder;
  private int waiting;
  private boolean over;

  /**
   * @param head its own
   * @param original who asked for the request that it is a copy of
   * @param span its own
   */
  MirroredRequest(
      Worker worker,
      RuntimeHolder runtimes,
      Runtime pinned,
      Forwarding route,
      Http2Headers head,
      Caller original,
      Tracing.Copy span,
      boolean http2Client) {
    this.budget = worker.kept();
    this.original = original;
    this.span = span;
    this.deadlines = new Deadlines(worker.loop(), this, startNanos);
    this.forwarder =
        new Forwarder(
            worker,
            runtimes,
            pinned,
            route,
            head,
            List.of(),
            deadlines,
            this,
            http2Client,
            null,
            null,
            RequestTally.NONE);
  }

  void start(boolean endStream) {
    forwarder.start(endStream);
  }

  /** A part of the body, which stays the caller's. */
  void onBody(ByteBuf data, boolean endStream) {
    if (over) {
      return;
    }
    int bytes = data.readableBytes();
    if (bytes > WAITING_BYTES - waiting || !budget.take(bytes)) {
      leave();
      return;
    }
    waiting += bytes;
    forwarder.onData(data.retainedDuplicate(), endStream);
  }

  /** The trailers of the request. */
  void onRequestTrailers(Http2Headers trailers) {
    if (!over) {
      forwarder.onTrailers(trailers);
    }
  }

  /** Gives it up. */
  void leave() {
    if (!over) {
      end();
      forwarder.cancel();
    }
  }

  private void end() {
    over = true;
    span.end();
    deadlines.cancel();
    budget.give(waiting);
    waiting = 0;
  }

  @Override
  public void onDeadline(Deadlines.Kind kind) {
    forwarder.onDeadline(kind);
  }

  @Override
  public void onInterim(Http2Headers headers) {}

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    span.answered(headers);
    if (endStream) {
      end();
    }
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    int bytes = data.readableBytes();
    data.release();
    forwarder.responseGone(bytes);
    if (endStream) {
      end();
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    end();
  }

  @Override
  public int onFailure(ProxyError error) {
    span.failed(error.kind().flagBits(), StatusLine.ofFailure(error.kind()));
    end();
    return 0;
  }

  // Copies are placed by no hash, so that nobody asks for its parts.

  @Override
  public @Nullable CharSequence clientAddress() {
    return null;
  }

  @Override
  public String cookieValue() {
    return "";
  }

  @Override
  public void setCookie(String cookie) {}

  @Override
  public void requestGone(int bytes) {
    if (!over) {
      waiting -= bytes;
      budget.give(bytes);
    }
  }

  @Override
  public void onTarget(String cluster, HeaderChanges headers) {}

  @Override
  public void onAttempt(Attempt attempt, int number) {
    ActiveCluster routed = attempt.routed();
    span.leadsTo(attempt.address(), routed.name(), routed.config().shownName());
  }

  @Override
  public void onOverflow(@Nullable InetSocketAddress endpoint) {}

  @Override
  public boolean wantsEnvoyHeaders() {
    return original.wantsEnvoyHeaders();
  }

  @Override
  public Exchange exchange() {
    return original.exchange();
  }

  @Override
  public void flag(ResponseFlag flag) {}

  @Override
  public void trace(Http2Headers headers) {
    span.inject(headers);
  }

  @Override
  public long elapsedNanos() {
    return System.nanoTime() - startNanos;
  }
}
