package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.filter.longstreams.StreamTimes.Due;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream within its bounds. Confined to its loop. */
final class BoundedStream implements HttpFilter {
  private final LongStreamBounds filter;
  private final FilterContext context;
  private CallerSeats.@Nullable Seat seat;
  private @Nullable ListedStream listed;
  private @Nullable StreamTimes times;
  private @Nullable Future<?> timer;
  private boolean counted;

  BoundedStream(LongStreamBounds filter, FilterContext context) {
    this.filter = filter;
    this.context = context;
  }

  @Override
  public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
    String name = context.cluster();
    ActiveCluster cluster = name == null ? null : context.cluster(name);
    if (cluster == null) {
      return Verdict.CONTINUE; // answered here, at once
    }
    if (filter.limited()) {
      seat = filter.take(cluster.name(), request, context.exchange());
      if (seat == null) {
        return filter.refuse();
      }
    }
    filter.begun();
    counted = true;
    listed = filter.list(cluster, context);
    long now = System.nanoTime();
    times = filter.times(now, endStream);
    schedule(now);
    return Verdict.CONTINUE;
  }

  @Override
  public void onRequestData(ByteBuf data, boolean endStream) {
    onClient(endStream);
  }

  @Override
  public void onRequestTrailers(Http2Headers trailers) {
    onClient(true);
  }

  @Override
  public Verdict onResponseHeaders(Http2Headers answer, boolean endStream) {
    onEndpoint(endStream);
    return Verdict.CONTINUE;
  }

  @Override
  public void onResponseData(ByteBuf data, boolean endStream) {
    onEndpoint(endStream);
  }

  @Override
  public void onResponseTrailers(Http2Headers trailers) {
    onEndpoint(true);
  }

  private void onClient(boolean ended) {
    if (times != null) {
      times.onClient(System.nanoTime(), ended);
    }
  }

  private void onEndpoint(boolean ended) {
    if (times != null) {
      long now = System.nanoTime();
      boolean began = times.onEndpoint(now, ended);
      if (began) {
        schedule(now); // its silence may be over before anything that was waited for
      }
    }
  }

  /** What was set before is not waited for any more. */
  private void schedule(long now) {
    cancel();
    long next = times == null ? StreamTimes.NEVER : times.next(now);
    if (next != StreamTimes.NEVER) {
      timer = context.loop().schedule(this::onTime, next, TimeUnit.NANOSECONDS);
    }
  }

  private void onTime() {
    timer = null;
    StreamTimes of = times;
    if (of == null) {
      return;
    }
    long now = System.nanoTime();
    for (Due due = of.due(now); due != null; due = of.due(now)) {
      if (due == Due.NOTICE) {
        notice();
      } else {
        context.end(filter.end(due));
        return;
      }
    }
    schedule(now);
  }

  private void notice() {
    if (listed == null || listed.notice()) {
      filter.noticed();
      context.endConnection();
    }
  }

  private void cancel() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  @Override
  public void onComplete() {
    cancel();
    times = null;
    if (listed != null) {
      listed.leave();
      listed = null;
    }
    if (seat != null) {
      filter.leave(seat);
      seat = null;
    }
    if (counted) {
      counted = false;
      filter.ended();
    }
  }
}
