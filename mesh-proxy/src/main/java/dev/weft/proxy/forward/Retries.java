package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CircuitBreaker;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.route.RetryPlan;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.xds.model.Priority;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one request, and what it may still try: the retries left, the permit for the next,
 * endpoints tried.
 */
final class Retries extends Tries<Attempt> {
  /** How often a request that no endpoint has processed is tried again without being asked to. */
  private static final int UNASKED = 2;

  private static final Preference<ActiveEndpoint> ANYWHERE = Preference.avoiding(List.of());

  private final RetryPlan plan;
  private final Priority priority;
  private final @Nullable CharSequence method;

  /** Whether the plan is for this request. */
  private final boolean fits;

  /** Whether other proxies are told of retries, and believed. */
  private final boolean oneLayer;

  private final RequestTally tally;

  /** How often proxies before this one have tried. */
  private final int previous;

  /** Where tries after the first go; null until it matters. */
  private @Nullable Elsewhere elsewhere;

  private int left;
  private int made;

  /** Those of them that repeat what an endpoint may have begun with. */
  private int repeated;

  private int unaskedLeft = UNASKED;

  /** Between the last try and the retry that was taken. */
  private long pauseNanos;

  /** Holds the permit for the retry that is decided on; null while none is. */
  private @Nullable CircuitBreaker permit;

  /**
   * @param oneLayer whether other proxies are told of retries, and believed
   * @param tally counts retries
   */
  Retries(
      RetryPlan plan,
      Priority priority,
      Http2Headers request,
      boolean oneLayer,
      RequestTally tally) {
    this.plan = plan;
    this.priority = priority;
    this.method = request.method();
    this.fits = plan.isFor(request);
    this.oneLayer = oneLayer;
    this.tally = tally;
    this.previous = oneLayer ? RetryMarks.previous(request) : 0;
    this.left = plan.retries();
  }

  /** What the next try wants of its endpoint. */
  Preference<ActiveEndpoint> preference() {
    return elsewhere == null ? ANYWHERE : elsewhere;
  }

  /** Whether the policy wants another try instead of this answer, were there one left. */
  boolean worthAnother(int status, Http2Headers response) {
    return plan.worthAnother(status, response);
  }

  /**
   * Takes a retry after an answer that is worth it.
   *
   * @param spareNanos how long it may be waited for
   * @return whether to try again after {@link #pause}
   */
  boolean take(
      Http2Headers response,
      Attempt after,
      Caller caller,
      RandomGenerator random,
      long spareNanos) {
    if (oneLayer && RetryMarks.refuses(response)) {
      return false;
    }
    long said = plan.resetNanos(response, System.currentTimeMillis(), random);
    return take(after, caller, true, said > 0 ? said : backoff(random), spareNanos);
  }

  /**
   * The same after a failure.
   *
   * @param headersSent whether the endpoint may have seen the request
   */
  boolean take(
      Kind failure,
      boolean headersSent,
      Attempt after,
      Caller caller,
      RandomGenerator random,
      long spareNanos) {
    boolean repeats = headersSent && !failure.unprocessed();
    return plan.worthAnother(failure, headersSent)
        && take(after, caller, repeats, backoff(random), spareNanos);
  }

  /** Takes a try beside one that takes too long, whatever failures the policy names. */
  boolean takeBeside(Attempt slow, Caller caller, RandomGenerator random, long spareNanos) {
    return plan.retriesAnything() && take(slow, caller, true, backoff(random), spareNanos);
  }

  private long backoff(RandomGenerator random) {
    return Math.max(1, plan.backoffNanos(made + 1, random));
  }

  /**
   * Takes what a retry needs; says in logs and counts why not.
   *
   * @param repeats whether an endpoint may have begun with the request already
   * @param pause how long it is to be waited for
   * @param spareNanos how long it may be waited for
   */
  private boolean take(Attempt after, Caller caller, boolean repeats, long pause, long spareNanos) {
    if (!fits || repeats && previous > 0 || pause >= spareNanos) {
      return false;
    }
    ActiveCluster cluster = after.routed();
    if (left == 0) {
      caller.flag(ResponseFlag.RETRY_LIMIT_EXCEEDED);
      tally.retryLimitExceeded(cluster.stats());
      return false;
    }
    CircuitBreaker breaker = cluster.breaker(priority);
    if (!breaker.tryRetry()) {
      caller.flag(ResponseFlag.UPSTREAM_OVERFLOW);
      tally.retryOverflow(cluster.stats());
      return false;
    }
    left--;
    made++;
    pauseNanos = pause;
    repeated += repeats ? 1 : 0;
    permit = breaker;
    tally.retry(cluster.stats());
    if (elsewhere != null || !plan.hosts().none()) {
      leave(after, true);
    }
    return true;
  }

  /**
   * Takes a try that no policy has to allow: the request has not been processed, or may be
   * processed twice.
   */
  boolean takeUnasked(Kind failure, Attempt after) {
    boolean safe =
        failure == Kind.REFUSED_STREAM
            || failure == Kind.STALE_CONNECTION && StatusLine.idempotent(method);
    if (!safe || unaskedLeft == 0) {
      return false;
    }
    unaskedLeft--;
    leave(after, false);
    return true;
  }

  private void leave(Attempt after, boolean asked) {
    if (elsewhere == null) {
      elsewhere = new Elsewhere(plan.hosts());
    }
    elsewhere.after(after.cluster(), after.endpoint(), asked);
  }

  /** Says in the head of a try how many there were that endpoints may have begun with. */
  void tellOf(Http2Headers request) {
    if (oneLayer && repeated > 0) {
      RetryMarks.tell(request, previous + repeated);
    }
  }

  /** An answer that is worth another try counts: whoever gets it is not to try again either. */
  void giveUp(Caller caller) {
    if (oneLayer && fits && plan.retries() > 0) {
      caller.refuseRetries();
    }
  }

  /** The same of a failure, where it is worth another try. */
  void giveUp(Kind failure, boolean headersSent, Caller caller) {
    if (oneLayer && plan.worthAnother(failure, headersSent)) {
      giveUp(caller);
    }
  }

  /** How long to wait before the retry that was taken, in nanoseconds; at least 1. */
  long pause() {
    return pauseNanos;
  }

  /** The permit changes hands, to the try that begins; null if it is no retry. */
  @Nullable CircuitBreaker handOver() {
    CircuitBreaker held = permit;
    permit = null;
    return held;
  }

  /** There will be no retry: a permit goes back. */
  void release() {
    CircuitBreaker held = handOver();
    if (held != null) {
      held.releaseRetry();
    }
  }
}
