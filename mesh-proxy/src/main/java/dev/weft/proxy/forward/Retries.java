package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CircuitBreaker;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.route.RetryPlan;
import dev.weft.xds.model.Priority;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
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

  private final RetryPlan plan;
  private final Priority priority;
  private final @Nullable CharSequence method;
  private final boolean applies;
  private List<ActiveEndpoint> tried = List.of();
  private int left;
  private int made;
  private int unaskedLeft = UNASKED;

  /** What the last answer said of the time until the next try; 0 for nothing. */
  private long resetNanos;

  /** Holds the permit for the retry that is decided on; null while none is. */
  private @Nullable CircuitBreaker permit;

  Retries(RetryPlan plan, Priority priority, Http2Headers request) {
    this.plan = plan;
    this.priority = priority;
    this.method = request.method();
    this.applies = plan.isFor(request);
    this.left = plan.retries();
  }

  /** Endpoints to avoid. */
  List<ActiveEndpoint> tried() {
    return tried;
  }

  /** Whether the policy wants another try instead of this answer, were there one left. */
  boolean worthAnother(int status, Http2Headers response) {
    return plan.worthAnother(status, response);
  }

  /**
   * Takes a retry after an answer that is worth it.
   *
   * @return whether to try again after {@link #pause}
   */
  boolean take(Http2Headers response, Attempt after, Caller caller, RandomGenerator random) {
    if (!take(after, caller)) {
      return false;
    }
    resetNanos = plan.resetNanos(response, System.currentTimeMillis(), random);
    return true;
  }

  /**
   * The same after a failure.
   *
   * @param headersSent whether the endpoint may have seen the request
   */
  boolean take(Kind failure, boolean headersSent, Attempt after, Caller caller) {
    return plan.worthAnother(failure, headersSent) && take(after, caller);
  }

  /** Takes a try beside one that takes too long, whatever failures the policy names. */
  boolean takeBeside(Attempt slow, Caller caller) {
    return plan.retriesAnything() && take(slow, caller);
  }

  /** Takes what a retry needs; says in logs and counts why not. */
  private boolean take(Attempt after, Caller caller) {
    if (!applies) {
      return false;
    }
    ActiveCluster cluster = after.routed();
    if (left == 0) {
      caller.flag(ResponseFlag.RETRY_LIMIT_EXCEEDED);
      cluster.stats().retryLimitExceeded();
      return false;
    }
    CircuitBreaker breaker = cluster.breaker(priority);
    if (!breaker.tryRetry()) {
      caller.flag(ResponseFlag.UPSTREAM_OVERFLOW);
      cluster.stats().retryOverflow();
      return false;
    }
    left--;
    made++;
    permit = breaker;
    cluster.stats().retry();
    if (plan.avoidPrevious()) {
      remember(after.endpoint());
    }
    return true;
  }

  /**
   * Takes a try that no policy has to allow: the request has not been processed, or may be
   * processed twice.
   */
  boolean takeUnasked(Kind failure, ActiveEndpoint after) {
    boolean safe =
        failure == Kind.REFUSED_STREAM
            || failure == Kind.STALE_CONNECTION && StatusLine.idempotent(method);
    if (!safe || unaskedLeft == 0) {
      return false;
    }
    unaskedLeft--;
    remember(after);
    return true;
  }

  private void remember(ActiveEndpoint endpoint) {
    if (tried.isEmpty()) {
      tried = new ArrayList<>(2);
    }
    tried.add(endpoint);
  }

  /** How long to wait before the retry that was taken, in nanoseconds; at least 1. */
  long pause(RandomGenerator random) {
    long said = resetNanos;
    resetNanos = 0;
    return said > 0 ? said : Math.max(1, plan.backoffNanos(made, random));
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
