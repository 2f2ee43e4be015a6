package dev.weft.proxy.http;

import dev.weft.proxy.deadline.SharedDeadlines;
import dev.weft.proxy.deadline.SharedDeadlines.UnderWay;
import dev.weft.proxy.deadline.TimeoutHeader;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.forward.GrpcTimeout;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.Forwarding;
import dev.weft.xds.model.DeadlineBudget;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The time that an exchange has by what is said of it: by its caller, or by the request that its
 * caller makes it for. Of several times the shortest counts. Confined to its loop.
 */
final class ExchangeBudget {
  private static final AsciiString TRACE = AsciiString.cached("traceparent");

  /** Where a trace's id is in {@code traceparent} (W3C Trace Context). */
  private static final int TRACE_START = 3;

  private static final int TRACE_END = 35;

  /** More than this is as good as no bound. */
  private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(365);

  /** What logs say where nobody waited for the endpoint's end. */
  private static final int UNANSWERED =
      ResponseFlag.DURATION_TIMEOUT.bit()
          | ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit()
          | ResponseFlag.DOWNSTREAM_RESET.bit()
          | ResponseFlag.UPSTREAM_TIMEOUT.bit();

  private final DeadlineBudget plan;
  private final SharedDeadlines shared;
  private final ExchangeRecord record;
  private final @Nullable CharSequence requestId;
  private final @Nullable CharSequence traceId;
  private @Nullable UnderWay byRequest;
  private @Nullable UnderWay byTrace;

  private ExchangeBudget(DeadlineBudget plan, SharedDeadlines shared, ExchangeRecord record) {
    this.plan = plan;
    this.shared = shared;
    this.record = record;
    this.requestId = record.requestId();
    this.traceId = traceId(record.requestHeaders());
  }

  private static @Nullable CharSequence traceId(Http2Headers request) {
    CharSequence said = request.get(TRACE);
    return said != null && said.length() > TRACE_END && said.charAt(TRACE_END) == '-'
        ? said.subSequence(TRACE_START, TRACE_END)
        : null;
  }

  /**
   * Of an exchange whose route is known; null where that makes nothing of deadlines.
   *
   * @param record is told when the exchange's time is over
   */
  static @Nullable ExchangeBudget of(ExchangeRecord record, Worker worker) {
    CompiledRoute route = record.route;
    DeadlineBudget plan =
        route != null && route.action() instanceof Forwarding forwarding
            ? forwarding.deadlines()
            : null;
    return plan == null ? null : new ExchangeBudget(plan, worker.remembered(), record);
  }

  /**
   * Finds out how much time there is, and has it known to what is made for this exchange.
   *
   * @param anew whether an endpoint has sent the request here: what its head says of time was meant
   *     for that one
   * @return whether that is enough to begin
   */
  boolean begin(boolean anew) {
    long now = System.nanoTime();
    if (anew) {
      record.requestHeaders().remove(TimeoutHeader.NAME);
    }
    long left = anew ? known(now) : Math.min(known(now), said(now));
    if (left <= 0 || left < TimeUnit.MILLISECONDS.toNanos(plan.leastMillis())) {
      return false;
    }
    bound(now, left);
    if (plan.remembers()) {
      long deadline = record.deadlineNanos == 0 ? SharedDeadlines.UNBOUNDED : record.deadlineNanos;
      byRequest = requestId == null ? null : shared.begin(requestId, deadline, now);
      byTrace = traceId == null ? null : shared.begin(traceId, deadline, now);
    }
    return true;
  }

  /** By its head, in nanoseconds; the greatest number if that says nothing. */
  private long said(long now) {
    Http2Headers request = record.requestHeaders();
    long elapsed = now - record.startNanos;
    long left = Long.MAX_VALUE;
    CharSequence timeout = request.get(TimeoutHeader.NAME);
    if (timeout != null) {
      left = shorter(left, TimeoutHeader.parse(timeout), elapsed);
    }
    CharSequence grpc = request.get(GrpcTimeout.HEADER);
    if (grpc != null) {
      left = shorter(left, GrpcTimeout.parse(grpc), elapsed);
    }
    return left;
  }

  /** What is no time at all (-1) does not count. */
  private static long shorter(long left, long said, long elapsed) {
    return said < 0 ? left : Math.min(left, said - elapsed);
  }

  /** By where it comes from, in nanoseconds; the greatest number if nothing is known. */
  private long known(long now) {
    long left = record.deadlineNanos == 0 ? Long.MAX_VALUE : record.deadlineNanos - now;
    return plan.recalls() ? Math.min(left, recalled(now)) : left;
  }

  private long recalled(long now) {
    long left = requestId == null ? SharedDeadlines.NONE : shared.left(requestId, now);
    return left == SharedDeadlines.NONE && traceId != null ? shared.left(traceId, now) : left;
  }

  /** It has no more than so many nanoseconds from a time on. */
  void bound(long from, long nanos) {
    long deadline = from + nanos;
    if (nanos < LONGEST_NANOS
        && (record.deadlineNanos == 0 || deadline - record.deadlineNanos < 0)) {
      record.deadlineNanos = deadline == 0 ? 1 : deadline;
    }
  }

  /** The exchange is over. */
  void end() {
    if (byRequest != null || byTrace != null) {
      boolean answered = (record.flags & UNANSWERED) == 0;
      long now = System.nanoTime();
      if (byRequest != null) {
        byRequest.end(answered, now);
      }
      if (byTrace != null) {
        byTrace.end(answered, now);
      }
    }
  }
}
