package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CircuitBreaker;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.forward.Tries.Fate;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.RedirectPlan;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.telemetry.RequestTally;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Brings one request to an endpoint of its route's cluster, tries again where that is allowed and
 * safe, and hands the answer to the caller. Confined to its loop.
 *
 * <p>The route is the one the request began with; the endpoints are those of the Runtime in force
 * when a try begins, so that a retry finds the successors of those that went away.
 */
public final class Forwarder implements Placement.Chooser {
  private static final int SWITCHING_PROTOCOLS = 101;

  /** What grants a CONNECT on the wire. */
  private static final int OK = 200;

  private final Worker worker;
  private final RuntimeHolder runtimes;
  private final Runtime pinned;
  private final Forwarding route;
  private final Target target;
  private final Http2Headers headers;
  private final TryTimers timers;
  private final Caller caller;
  private final boolean http2Client;
  private final boolean upgrade;
  private final RequestTally tally;

  /** Whether a try that takes too long goes on beside the next. */
  private final boolean hedges;

  private final boolean connect;

  /** Whether the endpoint gets what a CONNECT carries, and not the CONNECT. */
  private final boolean tunnel;

  private final Placement placement;
  private final RequestHead head;

  /** The host that it asks for, whatever endpoints are called. */
  private final @Nullable CharSequence host;

  private final Retries retries;
  private final RequestBody body;
  private final TryOutcomes outcomes;
  private MirroredRequests mirrored = MirroredRequests.NONE;
  private int attempts;
  private boolean responding;

  /** Whether that was granted: both directions are bytes, and end each for itself. */
  private boolean upgraded;

  /** Bytes of the answer for which the endpoint has no credit yet. */
  private int uncredited;

  private boolean answerEnded;

  /** Whether the answer counts as one of the cluster. */
  private boolean counted;

  private boolean done;

  /**
   * @param pinned the Runtime the request began with
   * @param request its head, to be changed and sent
   * @param changes header changes of the route and what is around it
   * @param deadlines of the exchange; ROUTE, ANSWER, TRY and BACKOFF are set here
   * @param http2Client whether the client speaks HTTP/2, for clusters that follow it
   * @param protocol what the request asks to go on with other than HTTP, null for nothing; until an
   *     endpoint grants that, nothing but the head is sent: what the client sends early would be
   *     read as a request by an endpoint that declines
   * @param chosen the target, where it had to be known before; null to choose it here
   * @param tally counts what becomes of the request
   */
  public Forwarder(
      Worker worker,
      RuntimeHolder runtimes,
      Runtime pinned,
      Forwarding route,
      Http2Headers request,
      List<HeaderChanges> changes,
      Deadlines deadlines,
      Caller caller,
      boolean http2Client,
      @Nullable CharSequence protocol,
      @Nullable Target chosen,
      RequestTally tally) {
    this.worker = worker;
    boolean said = route.bufferLimit() != Integer.MAX_VALUE;
    this.body = new RequestBody(worker.kept(), said ? route.bufferLimit() : caller.bufferLimit());
    this.runtimes = runtimes;
    this.pinned = pinned;
    this.route = route;
    this.target =
        chosen != null ? chosen : route.targets().choose(request, worker.random().nextLong());
    this.headers = request;
    this.caller = caller;
    this.http2Client = http2Client;
    this.tally = tally;
    this.retries = new Retries(route.retry(), route.priority(), request, route.oneLayer(), tally);
    this.upgrade = protocol != null;
    this.hedges = RequestHead.takeHedging(request, route, upgrade);
    this.connect = Tunnel.is(protocol);
    this.tunnel = connect && route.terminatesConnect();
    this.placement = new Placement(worker, runtimes, pinned, target, route.hash(), request, caller);
    caller.onTarget(target.cluster(), target.headers());
    this.head = RequestHead.prepare(request, route, target, changes, caller, upgrade);
    this.host = request.authority();
    this.timers =
        new TryTimers(deadlines, route.retry(), head.timeoutNanos(), caller.answerNanos());
    this.outcomes = new TryOutcomes(retries, body, head, timers, caller, worker.random(), tally);
  }

  /** Starts the first try. */
  public void start(boolean endStream) {
    if (upgrade) {
      timers.onHandshake();
      if (endStream) {
        body.end(null);
      }
    } else if (endStream) {
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
    mirrored.onBody(data, endStream);
    body.add(data);
    if (endStream) {
      body.end(null);
      requestComplete();
    }
    sendBody();
  }

  /** The trailers of the request. */
  public void onTrailers(Http2Headers trailers) {
    if (!done) {
      mirrored.onRequestTrailers(trailers);
      body.end(trailers);
      requestComplete();
      sendBody();
    }
  }

  private void sendBody() {
    Attempt current = retries.newest();
    UpstreamStream stream = current == null ? null : current.stream();
    if (current == null || stream == null || upgrade && !upgraded) {
      if (!body.hold()) {
        refuseToWait();
      }
      return;
    }
    body.sendTo(stream);
    giveCredit();
    if (answerEnded && body.ended()) {
      complete(current);
    }
  }

  /** What waits for endpoints is as much as may be. */
  private void refuseToWait() {
    abandonAll(ResetReason.CANCEL);
    fail(new ProxyError(Kind.OVERLOADED, "too many bytes wait for endpoints"));
  }

  private void requestComplete() {
    if (upgrade) {
      return;
    }
    Attempt current = retries.newest();
    // Whatever waits for a connection need not wait for another.
    boolean trying = current != null && (!hedges || current.stream() != null);
    timers.onRequestEnd(head, trying, responding);
    expectWord(current);
  }

  /** Bytes have gone to the client, of the endpoint's answer or of one of the proxy's own. */
  public void responseGone(int bytes) {
    Attempt current = retries.newest();
    UpstreamStream stream = current == null ? null : current.stream();
    // For bytes that it did not send an endpoint gets no credit: that would break its connection.
    int sent = Math.min(bytes, uncredited);
    if (stream != null && sent > 0) {
      uncredited -= sent;
      stream.consumed(sent);
    }
  }

  /**
   * The client went away, or was answered otherwise: the endpoint is told at once. After the end of
   * the answer it does nothing.
   */
  public void cancel() {
    end(ResetReason.CANCEL);
  }

  /** What was upgraded has lasted as long as it may: the endpoint gets what was for it. */
  public void expire() {
    end(ResetReason.EXPIRED);
  }

  private void end(ResetReason reason) {
    if (!done) {
      abandonAll(reason);
    }
    finish();
  }

  /** Nobody waits for an answer any more. */
  private void abandonAll(ResetReason reason) {
    Attempt current = retries.newest();
    if (current != null) {
      current.abandon(reason);
    }
    abandonAllBut(current);
  }

  /** The answer of a try counts: what else is under way is told at once. */
  private void abandonAllBut(@Nullable Attempt winner) {
    Attempt loser = retries.loser(winner);
    while (loser != null) {
      loser.abandon(ResetReason.CANCEL);
      loser = retries.loser(winner);
    }
  }

  /** The endpoint may say nothing for a while, from now on, where the request has come whole. */
  private void expectWord(@Nullable Attempt current) {
    if (!upgrade && body.ended() && current != null && current.stream() != null) {
      timers.expectWord();
    }
  }

  /** ROUTE, ANSWER, TRY, TRY_IDLE or BACKOFF is over. */
  public void onDeadline(Deadlines.Kind kind) {
    if (done) {
      return;
    }
    switch (kind) {
      case BACKOFF -> tryOnce();
      case TRY -> onTryTimeout();
      case TRY_IDLE -> onTryIdle();
      case ROUTE, ANSWER -> onRouteTimeout();
      default -> throw new IllegalArgumentException(kind + " is not a forwarder's deadline");
    }
  }

  private void onTryTimeout() {
    Attempt current = retries.newest();
    if (current != null && hedges && !responding) {
      outcomes.overtake(current);
    } else if (current != null && !responding) {
      current.routed().stats().perTryTimeout();
      boolean sent = current.stream() != null;
      current.abandon(ResetReason.CANCEL);
      onAttemptFailure(
          current, new ProxyError(Kind.PER_TRY_TIMEOUT, "upstream request timeout"), sent);
    }
  }

  private void onTryIdle() {
    Attempt current = retries.newest();
    if (current == null) {
      return;
    }
    if (hedges) {
      // As with Envoy an answer that has begun has the route's time.
      if (!responding) {
        outcomes.overtake(current);
      }
      return;
    }
    current.routed().stats().perTryIdleTimeout();
    ProxyError error = new ProxyError(Kind.PER_TRY_IDLE, "upstream request timeout");
    current.abandon(ResetReason.CANCEL);
    onAttemptFailure(current, error, true);
  }

  private void onRouteTimeout() {
    ProxyError error = new ProxyError(Kind.ROUTE_TIMEOUT, "upstream request timeout");
    Attempt current = retries.newest();
    if (current != null) {
      onOutOfTime(current);
    }
    boolean counted = current == null; // the last one is, with the answer
    Attempt overtaken = retries.loser(current);
    while (overtaken != null) {
      onOutOfTime(overtaken);
      if (!responding && !counted) {
        tally.answered(overtaken.routed().stats(), StatusLine.ofFailure(error.kind()));
      }
      counted = false;
      overtaken = retries.loser(current);
    }
    if (!responding) {
      retries.giveUp(Kind.ROUTE_TIMEOUT, true, caller);
    }
    fail(error);
  }

  /** The route's time is over, and a try under way. */
  private void onOutOfTime(Attempt late) {
    tally.timeout(late.routed().stats());
    if (!responding) {
      late.outOfTime();
    }
    late.abandon(ResetReason.CANCEL);
  }

  private void tryOnce() {
    placement.choose(headers, client(), attempts == 0, retries.preference(), this);
  }

  @Override
  public void onEndpoint(ActiveCluster routed, ActiveCluster cluster, ActiveEndpoint endpoint) {
    CircuitBreaker breaker = cluster.breaker(route.priority());
    if (!breaker.tryRequest()) {
      caller.onOverflow(endpoint.address());
      attempts++;
      onNowhere(new ProxyError(Kind.OVERFLOW, "too many requests at once to " + cluster.name()));
      return;
    }
    start(new Attempt(this, routed, cluster, endpoint, breaker, retries.handOver()));
  }

  @Override
  public void onDrop(ProxyError error) {
    fail(error);
  }

  /** The try that was to begin cannot: others may still be answered. */
  @Override
  public void onNowhere(ProxyError error) {
    retries.release();
    if (retries.none() == Fate.COUNTS) {
      fail(error);
      return;
    }
    ActiveCluster cluster = placement.cluster();
    if (cluster != null) {
      tally.answered(cluster.stats(), StatusLine.ofFailure(error.kind()));
    }
  }

  private void start(Attempt next) {
    retries.begin(next);
    attempts++;
    timers.onTry();
    caller.onAttempt(next, attempts);
    head.forTry(headers, attempts, outcomes.tooLong(), next.endpoint());
    retries.tellOf(headers);
    if (attempts == 1 && !route.mirrors().isEmpty() && !upgrade) {
      mirrored =
          MirroredRequests.start(
              route.mirrors(),
              worker,
              runtimes,
              pinned,
              headers,
              caller,
              http2Client,
              body.ended());
    }
    caller.trace(headers);
    boolean endStream = !upgrade && body.empty();
    body.begin(endStream);
    if ((upgrade || body.ended()) && !hedges) {
      timers.limitTry();
    }
    next.open(worker, headers, endStream, http2Client, tunnel);
  }

  /** How long a try may take; 0 for no bound of its own. */
  long tryNanos() {
    return route.retry().perTryNanos();
  }

  /**
   * The host that the request says to TLS; null for none.
   *
   * @param header which says it instead where the request has it; empty for none
   */
  @Nullable CharSequence host(Http2Headers sent, String header) {
    CharSequence said = header.isEmpty() ? null : sent.get(header);
    return said == null || said.isEmpty() ? host : said;
  }

  /** Whether the request has come whole. */
  boolean requestEnded() {
    return body.ended();
  }

  /** Whose request it is. */
  ConnectionInfo client() {
    return caller.exchange().downstream();
  }

  void onAttemptOpen(Attempt opened, UpstreamStream stream) {
    tally.sent();
    if (opened == retries.newest() && !done && !upgrade) {
      body.sendTo(stream);
      giveCredit();
      expectWord(opened);
      if (hedges && body.ended() && opened == retries.newest()) {
        timers.limitTry();
      }
    }
  }

  void onAttemptDrained(Attempt from, int bytes) {
    if (from == retries.newest()) {
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
    boolean newest = from == retries.newest();
    if (newest) {
      expectWord(from);
    }
    if (code < 200 && code != SWITCHING_PROTOCOLS) {
      caller.onInterim(response);
      return;
    }
    from.cluster().onStatus(from.endpoint(), StatusLine.forHealth(code, response));
    caller.onTryAnswer(from, response);
    if (outcomes.isLeft(from, newest, code, response)) {
      caller.onTryLeft(from, !endStream);
      if (endStream) {
        from.complete(body.ended());
      } else {
        from.abandon(ResetReason.CANCEL);
      }
      return;
    }
    if (route.redirects() != null
        && redirected(route.redirects(), from, code, response, endStream)) {
      return;
    }
    boolean declined = upgrade && WebSocketAnswer.takesHeadOnly(headers, code, response);
    if (declined) {
      caller.onWebSocketDeclined();
    }
    boolean whole = endStream || declined;
    win(from, newest);
    if (newest && attempts > 1 && code < 500) {
      tally.retrySucceeded(from.routed().stats());
    }
    responding = true;
    counted = !declined;
    if (counted) {
      tally.answered(from.routed().stats(), connect && code == SWITCHING_PROTOCOLS ? OK : code);
    }
    timers.onAnswer();
    body.stopKeeping();
    if (!upgrade && body.ended() && caller.wantsEnvoyHeaders()) {
      StatusLine.tellServiceTime(response, caller.elapsedNanos());
    }
    if (whole) {
      complete(from);
    }
    if (code == SWITCHING_PROTOCOLS) {
      upgraded = true;
      timers.onUpgrade();
    }
    caller.onHeaders(response, whole);
    if (upgraded && !done) {
      sendBody();
    }
  }

  /** The answer of a try counts: what else is under way, or was to be, loses. */
  private void win(Attempt winner, boolean newest) {
    if (!newest) {
      timers.endPause();
      retries.release();
      body.wentAll();
      giveCredit();
      caller.onAttempt(winner, attempts);
    }
    abandonAllBut(winner);
    if (!newest) {
      expectWord(winner);
    }
  }

  /** Whether the request begins anew where an answer sends it, and nobody gets the answer. */
  private boolean redirected(
      RedirectPlan plan, Attempt from, int code, Http2Headers response, boolean endStream) {
    if (!plan.isFor(code)) {
      return false;
    }
    boolean whole = !upgrade && body.ended() && body.replayable();
    Consumer<List<ByteBuf>> anew = whole ? caller.onRedirect(plan, code, response) : null;
    from.routed().stats().redirect(anew != null);
    if (anew == null) {
      return false;
    }
    if (endStream) {
      from.complete(true);
    } else {
      from.abandon(ResetReason.CANCEL);
    }
    abandonAllBut(from);
    List<ByteBuf> kept = body.take();
    finish();
    anew.accept(kept);
    return true;
  }

  void onAttemptData(Attempt from, ByteBuf data, boolean endStream) {
    expectWord(from);
    uncredited += data.readableBytes();
    if (endStream) {
      answerEnded = true;
      if (!upgraded || body.ended()) {
        complete(from);
      }
    }
    caller.onData(data, endStream);
  }

  void onAttemptTrailers(Attempt from, Http2Headers trailers) {
    if (upgraded) {
      // Bytes have none: nothing but the end counts.
      onAttemptData(from, Unpooled.EMPTY_BUFFER, true);
      return;
    }
    complete(from);
    caller.onTrailers(trailers);
  }

  private void complete(Attempt from) {
    boolean requestSent = body.ended() && (!upgrade || upgraded);
    finish();
    from.complete(requestSent);
    long taken = caller.elapsedNanos();
    if (counted) {
      tally.took(from.routed().stats(), taken);
    }
    TryMeter.onRequest(from.routed(), taken, head.timeoutNanos());
  }

  void onAttemptFailure(Attempt from, ProxyError error, boolean headersSent) {
    from.report(error.kind(), headersSent);
    caller.onTryFailure(from, error);
    if (done) {
      return;
    }
    if (error.kind() == Kind.OVERFLOW) {
      caller.onOverflow(null);
    }
    if (error.kind() == Kind.UPSTREAM_RESET && head.outOfTime()) {
      // The endpoint gave up when the caller's time was over, a moment before the caller does.
      abandonAllBut(from);
      fail(new ProxyError(Kind.DEADLINE_EXCEEDED, "the caller's deadline is over"));
      return;
    }
    if (responding) {
      fail(error);
    } else if (outcomes.isUnasked(from, error.kind())) {
      tryOnce();
    } else if (!outcomes.isBettered(from, error.kind(), headersSent)) {
      fail(error);
    }
  }

  private void fail(ProxyError error) {
    if (!done) {
      finish();
      TryMeter.onFailure(
          placement.cluster(), error.kind(), caller.elapsedNanos(), head.timeoutNanos());
      int answered = caller.onFailure(error);
      ActiveCluster cluster =
          answered == 0 || isUncounted(error.kind()) ? null : placement.cluster();
      if (cluster != null) {
        tally.answered(cluster.stats(), answered);
      }
    }
  }

  /** As with Envoy: the stream was long, and nobody failed. */
  private static boolean isUncounted(Kind failure) {
    return failure == Kind.TRY_DURATION || failure == Kind.TRY_REQUEST_DURATION;
  }

  private void finish() {
    if (done) {
      return;
    }
    done = true;
    retries.release();
    if (!body.ended()) {
      mirrored.leave();
    }
    timers.end();
    body.release();
  }
}
