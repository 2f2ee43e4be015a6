package dev.weft.proxy.forward;

import static java.util.Objects.requireNonNull;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CircuitBreaker;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.RetryPlan;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.UpstreamStream;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings one request to an endpoint of its route's cluster, tries again where that is allowed and
 * safe, and hands the answer to the caller. Confined to its loop.
 *
 * <p>The route is the one the request began with; the endpoints are those of the Runtime in force
 * when a try begins, so that a retry finds the successors of those that went away.
 */
public final class Forwarder {
  /** How often a request that no endpoint has processed is tried again without being asked to. */
  private static final int UNASKED_TRIES = 2;

  private final Worker worker;
  private final RuntimeHolder runtimes;
  private final Runtime pinned;
  private final Forwarding route;
  private final Target target;
  private final Deadlines deadlines;
  private final Caller caller;
  private final boolean http2Client;
  private final RequestBody body = new RequestBody();
  private List<ActiveEndpoint> tried = List.of();
  private @Nullable Http2Headers headers;
  private @Nullable Attempt attempt;
  private @Nullable RequestHead head;
  private int attempts;
  private int retriesLeft;
  private int unaskedLeft = UNASKED_TRIES;
  private boolean holdsRetry;
  private @Nullable CircuitBreaker retryBreaker;
  private boolean responding;
  private int status;
  private boolean done;

  /**
   * @param pinned the Runtime the request began with
   * @param deadlines of the exchange; ROUTE, TRY and BACKOFF are set here
   * @param http2Client whether the client speaks HTTP/2, for clusters that follow it
   */
  public Forwarder(
      Worker worker,
      RuntimeHolder runtimes,
      Runtime pinned,
      Forwarding route,
      Deadlines deadlines,
      Caller caller,
      boolean http2Client) {
    this.worker = worker;
    this.runtimes = runtimes;
    this.pinned = pinned;
    this.route = route;
    this.target = route.targets().choose(worker.random().nextLong());
    this.deadlines = deadlines;
    this.caller = caller;
    this.http2Client = http2Client;
  }

  /**
   * The head of the request; starts the first try.
   *
   * @param changes header changes of the route and what is around it
   */
  public void onHeaders(Http2Headers request, List<HeaderChanges> changes, boolean endStream) {
    headers = request;
    head = RequestHead.prepare(request, route, target, changes);
    caller.onTarget(target.cluster(), target.headers());
    retriesLeft = route.retry().retries(request.method());
    if (endStream) {
      body.end(null);
      requestComplete();
    }
    tryOnce();
  }

  /** A part of the body, taken over. */
  public void onData(ByteBuf data, boolean endStream) {
    if (done) {
      data.release();
      return;
    }
    body.add(data);
    if (endStream) {
      body.end(null);
      requestComplete();
    }
    sendBody();
  }

  /** The trailers of the request. */
  public void onTrailers(Http2Headers trailers) {
    if (done) {
      return;
    }
    body.end(trailers);
    requestComplete();
    sendBody();
  }

  private void sendBody() {
    Attempt current = attempt;
    UpstreamStream stream = current == null ? null : current.stream();
    if (stream != null) {
      body.sendTo(stream);
      giveCredit();
    }
  }

  private void requestComplete() {
    if (!done && (route.timeoutNanos() > 0 || route.retry().perTryNanos() > 0)) {
      long now = System.nanoTime();
      deadlines.set(Deadlines.Kind.ROUTE, now, route.timeoutNanos());
      if (attempt != null && !responding) {
        deadlines.set(Deadlines.Kind.TRY, now, route.retry().perTryNanos());
      }
    }
  }

  /** Queued response bytes have gone to the client, or were sent at once. */
  public void responseGone(int bytes) {
    Attempt current = attempt;
    UpstreamStream stream = current == null ? null : current.stream();
    if (stream != null && bytes > 0) {
      stream.consumed(bytes);
    }
  }

  /**
   * The client went away, or was answered otherwise: the endpoint is told at once. After the end of
   * the answer it does nothing.
   */
  public void cancel() {
    boolean before = done;
    finish();
    Attempt current = attempt;
    if (!before && current != null) {
      current.abandon(ResetReason.CANCEL);
    }
  }

  /** ROUTE, TRY or BACKOFF is over. */
  public void onDeadline(Deadlines.Kind kind) {
    Attempt current = attempt;
    if (done) {
      return;
    }
    switch (kind) {
      case BACKOFF -> tryOnce();
      case TRY -> {
        if (current != null && !responding) {
          current.cluster().stats().perTryTimeout();
          current.abandon(ResetReason.CANCEL);
          onAttemptFailure(
              current,
              new ProxyError(Kind.PER_TRY_TIMEOUT, "upstream request timeout"),
              current.stream() != null);
        }
      }
      case ROUTE -> {
        if (current != null) {
          current.cluster().stats().timeout();
          if (!responding) {
            current.cluster().onNoAnswer(current.endpoint());
          }
          current.abandon(ResetReason.CANCEL);
        }
        fail(new ProxyError(Kind.ROUTE_TIMEOUT, "upstream request timeout"));
      }
      default -> throw new IllegalArgumentException(kind + " is not a forwarder's deadline");
    }
  }

  private void tryOnce() {
    boolean retry = holdsRetry;
    holdsRetry = false;
    ActiveCluster cluster = cluster();
    if (cluster == null) {
      releaseRetry(retry);
      fail(new ProxyError(Kind.NO_CLUSTER, "cluster " + target.cluster() + " is not known"));
      return;
    }
    ActiveEndpoint endpoint = cluster.pick(worker.random(), tried);
    if (endpoint == null) {
      releaseRetry(retry);
      cluster.stats().noneHealthy();
      fail(new ProxyError(Kind.NO_HEALTHY_ENDPOINT, "no healthy upstream"));
      return;
    }
    CircuitBreaker breaker = cluster.breaker(route.priority());
    if (!breaker.tryRequest()) {
      releaseRetry(retry);
      cluster.stats().pendingOverflow();
      fail(new ProxyError(Kind.OVERFLOW, "overflow"));
      return;
    }
    start(new Attempt(this, cluster, endpoint, breaker, retry));
  }

  private void start(Attempt next) {
    attempt = next;
    attempts++;
    caller.onAttempt(next, attempts);
    Http2Headers request = requireNonNull(headers);
    requireNonNull(head).forTry(request, attempts);
    caller.trace(request);
    boolean endStream = body.empty();
    body.begin(endStream);
    if (body.ended() && route.retry().perTryNanos() > 0) {
      deadlines.set(Deadlines.Kind.TRY, System.nanoTime(), route.retry().perTryNanos());
    }
    next.open(worker, request, endStream, http2Client);
  }

  private @Nullable ActiveCluster cluster() {
    ActiveCluster live = runtimes.current().cluster(target.cluster());
    return live != null ? live : pinned.cluster(target.cluster());
  }

  void onAttemptOpen(Attempt opened, UpstreamStream stream) {
    if (opened == attempt && !done) {
      body.sendTo(stream);
      giveCredit();
    }
  }

  void onAttemptDrained(Attempt from, int bytes) {
    if (from == attempt) {
      body.drained(bytes);
      giveCredit();
    }
  }

  private void giveCredit() {
    int fresh = body.takeCredit();
    if (fresh > 0) {
      caller.requestGone(fresh);
    }
  }

  void onAttemptHeaders(Attempt from, Http2Headers response, boolean endStream) {
    int code = StatusLine.status(response);
    if (code < 200) {
      caller.onInterim(response);
      return;
    }
    ActiveCluster cluster = from.cluster();
    cluster.onStatus(from.endpoint(), StatusLine.forHealth(code, response));
    RetryPlan plan = route.retry();
    if (plan.worthAnother(code, response) && mayRetry(cluster)) {
      if (endStream) {
        from.complete(body.ended());
      } else {
        from.abandon(ResetReason.CANCEL);
      }
      retry(from);
      return;
    }
    if (attempts > 1 && code < 500) {
      cluster.stats().retrySucceeded();
    }
    responding = true;
    status = code;
    deadlines.clear(Deadlines.Kind.TRY);
    body.stopKeeping();
    StatusLine.tellServiceTime(response, caller.elapsedNanos());
    if (endStream) {
      complete(from);
    }
    caller.onHeaders(response, endStream);
  }

  void onAttemptData(Attempt from, ByteBuf data, boolean endStream) {
    if (endStream) {
      complete(from);
    }
    caller.onData(data, endStream);
  }

  void onAttemptTrailers(Attempt from, Http2Headers trailers) {
    complete(from);
    caller.onTrailers(trailers);
  }

  private void complete(Attempt from) {
    finish();
    from.complete(body.ended());
    from.cluster().stats().responseCompleted(status, caller.elapsedNanos());
  }

  void onAttemptFailure(Attempt from, ProxyError error, boolean headersSent) {
    ActiveCluster cluster = from.cluster();
    Kind kind = error.kind();
    switch (kind) {
      case OVERFLOW -> cluster.stats().pendingOverflow();
      // The endpoint works; it is leaving, or closed an idle connection.
      case REFUSED_STREAM, STALE_CONNECTION -> cluster.stats().receivedReset();
      default -> {
        if (headersSent && kind != Kind.PER_TRY_TIMEOUT) {
          cluster.stats().receivedReset();
        }
        cluster.onNoAnswer(from.endpoint());
      }
    }
    if (done) {
      return;
    }
    if (!responding) {
      if (isLost(kind) && unaskedLeft > 0 && body.replayable()) {
        unaskedLeft--;
        remember(from.endpoint());
        tryOnce();
        return;
      }
      if (route.retry().worthAnother(kind, headersSent) && mayRetry(cluster)) {
        retry(from);
        return;
      }
    }
    fail(error);
  }

  /** Whether no endpoint has processed the request, or it may be processed twice. */
  private boolean isLost(Kind kind) {
    return switch (kind) {
      case REFUSED_STREAM -> true;
      case STALE_CONNECTION -> StatusLine.idempotent(requireNonNull(headers).method());
      default -> false;
    };
  }

  /** Asks for all that a retry needs, and takes the permit for it. */
  private boolean mayRetry(ActiveCluster cluster) {
    if (!body.replayable()) {
      return false;
    }
    if (retriesLeft == 0) {
      caller.flag(ResponseFlag.RETRY_LIMIT_EXCEEDED);
      cluster.stats().retryLimitExceeded();
      return false;
    }
    CircuitBreaker breaker = cluster.breaker(route.priority());
    if (!breaker.tryRetry()) {
      caller.flag(ResponseFlag.UPSTREAM_OVERFLOW);
      cluster.stats().retryOverflow();
      return false;
    }
    retriesLeft--;
    holdsRetry = true;
    retryBreaker = breaker;
    return true;
  }

  private void retry(Attempt from) {
    from.cluster().stats().retry();
    remember(from.endpoint());
    deadlines.clear(Deadlines.Kind.TRY);
    attempt = null;
    int number = attempts;
    deadlines.set(
        Deadlines.Kind.BACKOFF,
        System.nanoTime(),
        Math.max(1, route.retry().backoffNanos(number, worker.random())));
  }

  private void remember(ActiveEndpoint endpoint) {
    if (tried.isEmpty()) {
      tried = new ArrayList<>(2);
    }
    tried.add(endpoint);
  }

  private void releaseRetry(boolean held) {
    CircuitBreaker breaker = retryBreaker;
    if (held && breaker != null) {
      breaker.releaseRetry();
    }
  }

  private void fail(ProxyError error) {
    if (done) {
      return;
    }
    finish();
    caller.onFailure(error);
  }

  private void finish() {
    if (done) {
      return;
    }
    done = true;
    releaseRetry(holdsRetry);
    holdsRetry = false;
    deadlines.clear(Deadlines.Kind.ROUTE);
    deadlines.clear(Deadlines.Kind.TRY);
    deadlines.clear(Deadlines.Kind.BACKOFF);
    body.release();
  }
}
