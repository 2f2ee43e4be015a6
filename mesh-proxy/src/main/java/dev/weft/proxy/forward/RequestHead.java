package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.deadline.TimeoutHeader;
import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.route.CallTime;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.HostChange;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What forwarding adds to the head of a request: once for all tries, and for each. */
public final class RequestHead {
  private static final AsciiString EXPECTED_TIMEOUT =
      AsciiString.cached("x-envoy-expected-rq-timeout-ms");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString ATTEMPTS = AsciiString.cached("x-envoy-attempt-count");
  private static final AsciiString TIMEOUT_RETRY = AsciiString.cached("x-envoy-is-timeout-retry");
  private static final AsciiString HEDGE = AsciiString.cached("x-envoy-hedge-on-per-try-timeout");
  private static final AsciiString TRUE = AsciiString.cached("true");
  private static final AsciiString FALSE = AsciiString.cached("false");
  private static final AsciiString[] COUNTS = {
    AsciiString.of("1"), AsciiString.of("2"), AsciiString.of("3"), AsciiString.of("4")
  };

  /** What a try is told where nothing is left of its call's time. */
  private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** When the client stops waiting; 0 if it did not say. */
  private final long deadlineNanos;

  /** Whether each try is told of the time that is left, by any kind of call. */
  private final boolean budget;

  private final long leastNanos;
  private final boolean grpc;

  /** How long the request may take once it is complete; 0 for any time. */
  private final long timeoutNanos;

  /** By which calls say that themselves; null where the route says it. */
  private final @Nullable CallTime callTime;

  /** When the route's time is over; 0 while it has not begun. */
  private long routeEndNanos;

  /** What endpoints are told of the time of a try; 0 for nothing. */
  private final long expectedNanos;

  private final AttemptCount told;

  /** Whether what is rewritten is told. */
  private final boolean tell;

  private final HostChange host;

  /**
   * @param budget what is made of the time that callers give; null for nothing
   */
  private RequestHead(
      Forwarding route,
      @Nullable DeadlineBudget budget,
      long timeoutNanos,
      @Nullable CallTime callTime,
      long deadlineNanos,
      boolean grpc,
      boolean tell) {
    this.expectedNanos = tell ? expected(route, timeoutNanos, callTime) : 0;
    this.timeoutNanos = timeoutNanos;
    this.callTime = callTime;
    this.tell = tell;
    this.told = route.attemptCount();
    this.host = route.host();
    this.budget = budget != null;
    this.leastNanos = budget == null ? 0 : TimeUnit.MILLISECONDS.toNanos(budget.leastMillis());
    this.grpc = grpc;
    this.deadlineNanos = deadlineNanos;
  }

  /**
   * Changes a request for its route.
   *
   * @param caller who asked for it
   * @param upgrade whether the client asked for another protocol
   */
  static RequestHead prepare(
      Http2Headers request,
      Forwarding route,
      Target target,
      List<HeaderChanges> changes,
      Caller caller,
      boolean upgrade) {
    Exchange exchange = caller.exchange();
    boolean tell = caller.wantsEnvoyHeaders();
    CallTime callTime = route.callTime();
    if (callTime != null && !GrpcStatus.isGrpc(request)) {
      callTime = null;
    }
    long timeoutNanos = route.timeoutNanos();
    if (callTime != null) {
      timeoutNanos = takeCallTime(request, callTime, tell);
    } else if (tell && route.expectedTimeout() != null) {
      request.set(EXPECTED_TIMEOUT, route.expectedTimeout());
    }
    target.headers().applyToRequest(request, exchange);
    for (int i = 0; i < changes.size(); i++) {
      changes.get(i).applyToRequest(request, exchange);
    }
    if (!upgrade && (!changes.isEmpty() || target.headers() != HeaderChanges.NONE)) {
      request.remove(UPGRADE); // codecs would take it for the client's wish
    }
    if (route.retry().perTryNanos() > 0) {
      request.remove(HEDGE); // routes say it otherwise
    }
    rewrite(request, route, target, tell);
    DeadlineBudget budget = upgrade ? null : route.deadlines();
    if (budget != null) {
      boolean grpc = GrpcStatus.isGrpc(request);
      return new RequestHead(
          route, budget, timeoutNanos, callTime, caller.deadlineNanos(), grpc, tell);
    }
    long nanos = callTime == null ? asked(request) : timeoutNanos == 0 ? -1 : timeoutNanos;
    long deadline = nanos < 0 ? 0 : System.nanoTime() + nanos;
    return new RequestHead(route, null, timeoutNanos, callTime, deadline, nanos >= 0, tell);
  }

  private static long expected(Forwarding route, long timeoutNanos, @Nullable CallTime callTime) {
    long tryNanos = route.hedges() ? 0 : route.retry().perTryNanos();
    return callTime != null ? callTime.ofTry(timeoutNanos) : tryNanos > 0 ? tryNanos : timeoutNanos;
  }

  /** What a call says of its time, in nanoseconds; -1 for nothing. */
  private static long asked(Http2Headers request) {
    CharSequence timeout = request.get(GrpcTimeout.HEADER);
    return timeout == null ? -1 : GrpcTimeout.parse(timeout);
  }

  /** The time of a call that says it itself; the endpoint is told what is made of it. */
  private static long takeCallTime(Http2Headers request, CallTime callTime, boolean tell) {
    long call = callTime.of(asked(request));
    long each = callTime.ofTry(call);
    if (each > 0) {
      if (tell) {
        request.set(EXPECTED_TIMEOUT, Long.toString(TimeUnit.NANOSECONDS.toMillis(each)));
      }
      request.set(GrpcTimeout.HEADER, GrpcTimeout.formatMillis(each));
    }
    return call;
  }

  /** How long the request may take once it is complete, in nanoseconds; 0 for any time. */
  long timeoutNanos() {
    return timeoutNanos;
  }

  /**
   * Whether a try that takes too long goes on beside the next: as filters say, else the route.
   *
   * @param upgrade whether the client asked for another protocol, which has no place for two
   */
  static boolean takeHedging(Http2Headers request, Forwarding route, boolean upgrade) {
    if (upgrade || route.retry().perTryNanos() == 0 && route.retry().perTryIdleNanos() == 0) {
      return false;
    }
    CharSequence said = request.get(HEDGE);
    if (said == null) {
      return route.hedges();
    }
    request.remove(HEDGE);
    return route.hedges() ? !FALSE.contentEquals(said) : TRUE.contentEquals(said);
  }

  /** After header changes, which may look at what the client asked for. */
  private static void rewrite(Http2Headers request, Forwarding route, Target target, boolean tell) {
    if (target.host() != null) {
      request.authority(target.host());
    }
    route.host().apply(request, null, tell);
    route.path().applyTo(request, tell);
  }

  /** Whether the client has stopped waiting, by what it said. */
  boolean outOfTime() {
    return deadlineNanos != 0 && System.nanoTime() - deadlineNanos >= 0;
  }

  /** The route's time has begun, and ends then. */
  void routeEndsAt(long nanos) {
    routeEndNanos = nanos;
  }

  /**
   * How long another try may be waited for, so that it has time enough, in nanoseconds; not above 0
   * if it has none. The greatest number where nothing is made of that.
   */
  long spareNanos() {
    long left = budget ? leftNanos() : Long.MAX_VALUE;
    return left == Long.MAX_VALUE ? left : left - leastNanos;
  }

  private long leftNanos() {
    long now = System.nanoTime();
    long left = deadlineNanos == 0 ? Long.MAX_VALUE : deadlineNanos - now;
    return routeEndNanos == 0 || !budget ? left : Math.min(left, routeEndNanos - now);
  }

  /** Another try is told what is left of the route's time, at least a millisecond. */
  private void tellExpected(Http2Headers request) {
    long left = Math.max(LEAST_NANOS, routeEndNanos - System.nanoTime());
    request.set(
        EXPECTED_TIMEOUT,
        Long.toString(TimeUnit.NANOSECONDS.toMillis(Math.min(expectedNanos, left))));
  }

  private void tellTime(Http2Headers request) {
    long left = leftNanos();
    if (left == Long.MAX_VALUE) {
      return;
    }
    if (grpc) {
      request.set(
          GrpcTimeout.HEADER,
          callTime == null
              ? GrpcTimeout.format(Math.max(0, left))
              : GrpcTimeout.formatMillis(callTime.ofTry(Math.max(LEAST_NANOS, left))));
      if (budget) {
        request.remove(TimeoutHeader.NAME); // what it says has counted, too
      }
    } else {
      request.set(TimeoutHeader.NAME, TimeoutHeader.format(left));
    }
  }

  /** Tells a client how often its request was tried. */
  public static void tellAttempts(Http2Headers response, int number) {
    response.set(ATTEMPTS, count(number));
  }

  private static CharSequence count(int number) {
    return number <= COUNTS.length ? COUNTS[number - 1] : Integer.toString(number);
  }

  /**
   * What differs from try to try.
   *
   * @param tooLong whether the try before took too long
   */
  void forTry(Http2Headers request, int number, boolean tooLong, ActiveEndpoint endpoint) {
    if (told.toEndpoint()) {
      request.set(ATTEMPTS, count(number));
    }
    if (told.timeouts() && number > 1) {
      request.set(TIMEOUT_RETRY, tooLong ? TRUE : FALSE);
    }
    if (host.followsEndpoint()) {
      host.apply(request, endpoint.hostname(), tell);
    }
    if (number > 1 && expectedNanos > 0 && routeEndNanos != 0) {
      tellExpected(request);
    }
    if (budget || deadlineNanos != 0 && number > 1) {
      tellTime(request);
    }
  }
}
