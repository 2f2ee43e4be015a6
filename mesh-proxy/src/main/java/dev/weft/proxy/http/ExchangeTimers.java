package dev.weft.proxy.http;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.forward.GrpcTimeout;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.route.Forwarding;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.concurrent.TimeUnit;

/** The times of one exchange that its connection manager and route set. Confined to its loop. */
final class ExchangeTimers {
  private static final long DISCARD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final Deadlines deadlines;
  private long idleNanos;
  private long maxDurationNanos;
  private long lastActivity;

  /** When the time is over that the caller gave; 0 where it gave none. */
  private long endNanos;

  /** Nothing is due before {@link #arm}. */
  ExchangeTimers(EventLoop loop, Deadlines.Listener listener, long nowNanos) {
    deadlines = new Deadlines(loop, listener, nowNanos);
    deadlines.hold();
    lastActivity = nowNanos;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  void onManager(HttpConnectionManager manager, boolean requestEnded) {
    idleNanos = manager.streamIdleTimeout().toNanos();
    maxDurationNanos = manager.maxStreamDuration().toNanos();
    deadlines.set(Deadlines.Kind.IDLE, lastActivity, idleNanos);
    if (!requestEnded) {
      deadlines.set(Deadlines.Kind.REQUEST, lastActivity, manager.requestTimeout().toNanos());
    }
  }

  /** The caller gives no more time than until then, by {@link System#nanoTime}; 0 for any. */
  void endsAt(long nanos) {
    endNanos = nanos;
    deadlines.set(Deadlines.Kind.DURATION, lastActivity, untilEnd(0));
  }

  /** When something happened on the stream. */
  long lastActivity() {
    return lastActivity;
  }

  /** When the time is over that the caller gave; 0 where it gave none. */
  long endNanos() {
    return endNanos;
  }

  /** Whether the time is over that the caller gave. */
  boolean outOfTime() {
    return endNanos != 0 && System.nanoTime() - endNanos >= 0;
  }

  /** The shorter of what the caller gave and another bound; 0 for none. */
  private long untilEnd(long bound) {
    if (endNanos == 0) {
      return bound;
    }
    long left = Math.max(1, endNanos - lastActivity);
    return bound == 0 ? left : Math.min(bound, left);
  }

  /**
   * Takes the times of a route.
   *
   * @return how long the exchange may take by these, in nanoseconds; 0 for any time
   */
  long onRoute(Forwarding route, Http2Headers request) {
    if (route.idleNanos() >= 0) {
      idleNanos = route.idleNanos();
      deadlines.set(Deadlines.Kind.IDLE, lastActivity, idleNanos);
    }
    long longest = durationNanos(route, request);
    deadlines.set(Deadlines.Kind.DURATION, lastActivity, untilEnd(longest));
    return longest;
  }

  /**
   * A caller's own deadline counts instead of the route's, where that says so. Of a route that
   * bounds streams, calls say the bound to the endpoint, which then gives up in time.
   */
  private long durationNanos(Forwarding route, Http2Headers request) {
    long most = route.maxDurationNanos() < 0 ? maxDurationNanos : route.maxDurationNanos();
    if (!route.timesStreams()) {
      return most;
    }
    CharSequence header = request.get(GrpcTimeout.HEADER);
    long asked = header == null ? -1 : GrpcTimeout.parse(header);
    long grpcMax = route.grpcDeadlineMaxNanos();
    if (asked < 0 || grpcMax < 0) {
      if (most > 0 && (asked < 0 || most < asked)) {
        tell(request, most);
      }
      return most;
    }
    long left = grpcMax > 0 ? Math.min(asked, grpcMax) : asked;
    left = Math.max(0, left - route.grpcDeadlineOffsetNanos());
    if (left < asked) {
      tell(request, left);
    }
    // A deadline of nothing is over at once, and not no deadline.
    return Math.max(1, left);
  }

  private static void tell(Http2Headers request, long nanos) {
    if (GrpcStatus.isGrpc(request)) {
      request.set(GrpcTimeout.HEADER, GrpcTimeout.formatMillis(nanos));
    }
  }

  /** All that is known at the beginning is set. */
  void arm() {
    deadlines.arm();
  }

  /** Something happened on the stream, now. */
  long touch() {
    lastActivity = System.nanoTime();
    return lastActivity;
  }

  void onRequestComplete() {
    deadlines.clear(Deadlines.Kind.REQUEST);
    deadlines.clear(Deadlines.Kind.DISCARD);
  }

  /** Whether nothing has happened for too long; if not, the deadline is moved. */
  boolean isIdle() {
    long now = System.nanoTime();
    long left = idleNanos - (now - lastActivity);
    if (left > 0) {
      deadlines.set(Deadlines.Kind.IDLE, now, left);
    }
    return left <= 0;
  }

  /** The exchange is over. */
  void cancel() {
    deadlines.cancel();
  }

  /** The exchange is over, and the client has not read all of its answer. */
  void awaitFlush() {
    lastActivity = System.nanoTime();
    deadlines.set(Deadlines.Kind.IDLE, lastActivity, idleNanos);
  }

  /** The exchange is over, and the client still sends. */
  void awaitEndOfRequest() {
    deadlines.set(Deadlines.Kind.DISCARD, System.nanoTime(), DISCARD_NANOS);
  }
}
