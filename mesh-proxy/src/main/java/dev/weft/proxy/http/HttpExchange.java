package dev.weft.proxy.http;

import dev.weft.proxy.config.CompiledHttp;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.ScopedRoutes;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.filter.HttpFilterChain;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.forward.Forwarder;
import dev.weft.proxy.loop.Deadlines;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.RedirectPlan;
import dev.weft.proxy.route.RedirectTrail;
import dev.weft.proxy.route.RouteCounts;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.Tunnel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from the head of the request until both are over. It pins the
 * Runtime it began with. Confined to its loop.
 *
 * <p>Request: this → filters → the route's action, a {@link Forwarder} mostly. Response: forwarder
 * → {@link Responder} → filters in reverse → client.
 */
final class HttpExchange implements ReceiveStream, Deadlines.Listener {
  private static final int SWITCHING_PROTOCOLS = 101;
  private static final int TUNNEL_OPEN = 200;

  private final HttpConnection owner;
  private final CompiledHttp http;
  private final Runtime runtime;
  private final DownstreamStream stream;
  private final Http2Headers request;
  private final ExchangeRecord record;
  private final RequestCredit credit;
  private final ExchangeTimers timers;
  private final Responder responder;
  private @Nullable ExchangeFilters filters;
  private @Nullable Forwarder forwarder;

  /** The time that callers give; null where nothing is made of it. */
  private @Nullable ExchangeBudget budget;

  private boolean requestEnded;
  private boolean done;

  /** What the client's request began with, and what its codec tells. */
  private HttpExchange first = this;

  /** Of the first: where the request is now, since an endpoint sent it elsewhere. */
  private @Nullable HttpExchange latest;

  HttpExchange(
      HttpConnection owner, Runtime runtime, DownstreamStream stream, Http2Headers request) {
    this.owner = owner;
    this.http = owner.http();
    this.runtime = runtime;
    this.stream = stream;
    this.request = request;
    long now = System.nanoTime();
    this.record =
        new ExchangeRecord(
            http, runtime, stream.connection(), request, http.tracing().start(request), now);
    this.record.http10 = stream.isHttp10();
    this.credit = new RequestCredit(stream, record);
    this.timers = new ExchangeTimers(owner.worker().loop(), this, now);
    this.responder =
        new Responder(this, stream, record, owner.worker(), owner.admission(), request);
  }

  void start(ScopedRoutes routes, boolean endStream) {
    http.stats().requestStarted(stream.connection().http2());
    CharSequence upgrade = stream.upgrade();
    // A request to go on otherwise has no end of its own that could be waited for.
    timers.onManager(http.manager(), endStream || upgrade != null);
    if (endStream) {
      requestComplete(record.startNanos);
    }
    LocalReply refusal = owner.admission().admit(request, upgrade, routes, record);
    enter(refusal == null && upgrade == null ? takeTime() : refusal, endStream);
    timers.arm();
  }

  /** Finds out how much time there is; the answer, where it is too little. */
  private @Nullable LocalReply takeTime() {
    ExchangeBudget taken = ExchangeBudget.of(record, owner.worker());
    if (taken == null) {
      return null;
    }
    if (!taken.begin(first != this)) {
      record.flags |= Kind.OUT_OF_TIME.flagBits();
      return LocalReply.of(new ProxyError(Kind.OUT_OF_TIME, "too little time is left"));
    }
    budget = taken;
    timers.endsAt(record.deadlineNanos);
    return null;
  }

  private void enter(@Nullable LocalReply refusal, boolean endStream) {
    // An answer passes the filters, too.
    ExchangeFilters entered = filters();
    if (refusal != null) {
      record.noteCluster(runtime, owner.worker().random());
      responder.reply(refusal);
    } else if (entered == null) {
      act(request, endStream);
    } else {
      entered.pipeline().request().onHeaders(request, endStream);
    }
  }

  /** It goes on with the request of another exchange. */
  void follows(HttpExchange origin, RedirectTrail trail) {
    first = origin;
    origin.latest = this;
    record.trail = trail;
    record.deadlineNanos = origin.timers.endNanos();
  }

  /**
   * Starts with a request that has come whole, and whose client has its credit for it.
   *
   * @param body its parts, taken over
   */
  private void startAgain(ScopedRoutes routes, List<ByteBuf> body) {
    http.stats().requestStarted(stream.connection().http2());
    timers.onManager(http.manager(), true);
    for (ByteBuf part : body) {
      record.received += part.readableBytes();
    }
    credit.whole();
    requestComplete(record.startNanos);
    LocalReply refusal = owner.admission().readmit(request, routes, record);
    enter(refusal == null ? takeTime() : refusal, body.isEmpty());
    timers.arm();
    for (int i = 0; i < body.size(); i++) {
      boolean endStream = i == body.size() - 1;
      if (done) {
        body.get(i).release();
      } else if (filters != null) {
        filters.pipeline().request().onData(body.get(i), endStream);
      } else {
        forwardData(body.get(i), endStream);
      }
    }
    completeIfAnswered();
  }

  /**
   * An endpoint sends the request elsewhere.
   *
   * @return takes the body, to begin anew; null if the client gets the redirect
   */
  @Nullable Consumer<List<ByteBuf>> onRedirect(RedirectPlan plan, int status, Http2Headers answer) {
    CompiledRoute route = record.route;
    if (done || responder.started() || route == null) {
      return null;
    }
    ScopedRoutes routes = owner.currentRoutes();
    FollowedRedirect redirect =
        FollowedRedirect.of(
            plan,
            status,
            answer,
            request,
            stream.connection(),
            route.name(),
            record.trail == null ? new RedirectTrail() : record.trail,
            routes,
            owner.worker().random(),
            http.stats());
    if (redirect == null) {
      return null;
    }
    return body -> {
      record.redirected(status, answer, redirect.head(), touch());
      complete();
      List<ByteBuf> kept = body;
      if (redirect.bodiless()) {
        body.forEach(ByteBuf::release);
        kept = List.of();
      }
      owner.begin(first, stream, redirect).startAgain(routes, kept);
    };
  }

  private @Nullable ExchangeFilters filters() {
    HttpFilterChain chain = record.chain;
    if (chain == null || chain.filters().isEmpty()) {
      return null;
    }
    ExchangeFilters made =
        new ExchangeFilters(this, owner, record, chain.filters(), responder.afterFilters());
    filters = made;
    responder.filters(made.pipeline());
    return made;
  }

  /** A filter answers. */
  void filterReply(Verdict.Reply reply) {
    if (!done && !responder.started()) {
      record.flags |= reply.flags();
      record.noteCluster(runtime, owner.worker().random());
      responder.reply(LocalReply.of(reply));
    }
  }

  /** A filter ends it, whatever has been sent of an answer. */
  void filterEnd(Verdict.Reply reply) {
    if (done || !responder.started()) {
      filterReply(reply);
      return;
    }
    LocalReply end = LocalReply.of(reply);
    record.flags |= reply.flags();
    record.details = end.details();
    responder.end(end);
    if (!done) {
      cut(ResetReason.CANCEL);
    }
  }

  /** The client gets no more of an answer that has begun. */
  private void cut(ResetReason reason) {
    http.stats().sentReset();
    http.stats().receivedReset(); // Envoy is told of its own reset, too
    requestEnded = true;
    stream.reset(reason);
    complete();
  }

  /** A filter answers with what is kept. */
  void filterReply(Verdict.Stored stored) {
    if (!done && !responder.started()) {
      record.flags |= stored.flags();
      record.noteCluster(runtime, owner.worker().random());
      responder.reply(stored);
    }
  }

  /** Request bytes may come in place of some that wait. */
  void grant(int bytes) {
    if (first != this) {
      return; // the client has all of its credit
    }
    credit.ahead(bytes);
  }

  /** Does what the route says, with a request that has passed all filters. */
  void act(Http2Headers headers, boolean endStream) {
    http.stats().requestRouted();
    CompiledRoute route = record.route;
    if (route == null) {
      http.stats().noRoute();
      fail(new ProxyError(Kind.NO_ROUTE, "no route matches"));
      return;
    }
    switch (route.action()) {
      case Forwarding forwarding -> forward(route, forwarding, headers, endStream);
      case CompiledRoute.Redirection redirection -> {
        http.stats().directResponse();
        responder.reply(
            Redirects.reply(
                redirection, headers, stream.connection().tls(), responder.wantsEnvoyHeaders()));
      }
      case CompiledRoute.Answer(int status, String body) -> {
        http.stats().directResponse();
        responder.reply(Redirects.answer(status, body, headers, stream.connection().tls()));
      }
      case CompiledRoute.NoForwarding() ->
          fail(new ProxyError(Kind.NOT_FORWARDED, "the route forwards nothing"));
    }
  }

  private void forward(
      CompiledRoute route, Forwarding forwarding, Http2Headers headers, boolean endStream) {
    long longest = timers.onRoute(forwarding, headers);
    if (budget != null && longest > 0) {
      budget.bound(timers.lastActivity(), longest);
    }
    RouteCounts.Group counted = route.counts().of(headers);
    record.virtualCluster = counted.virtualCluster();
    Forwarder created =
        new Forwarder(
            owner.worker(),
            owner.runtimes(),
            runtime,
            forwarding,
            headers,
            route.headers(),
            timers.deadlines(),
            responder,
            stream.connection().http2(),
            stream.upgrade(),
            record.target,
            http.tally(counted.tally(), headers));
    forwarder = created;
    created.start(endStream);
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    int bytes = data.readableBytes();
    record.received += bytes;
    long now = touch();
    if (endStream) {
      requestComplete(now);
    }
    if (done) {
      discard(data, bytes);
    } else if (filters != null) {
      filters.pipeline().request().onData(data, endStream);
    } else {
      forwardData(data, endStream);
    }
    completeIfAnswered();
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    if (!owner.admission().passesTrailers()) {
      onData(Unpooled.EMPTY_BUFFER, true);
      return;
    }
    requestComplete(touch());
    if (done) {
      return;
    }
    owner.admission().admitTrailers(trailers);
    if (filters != null) {
      filters.pipeline().request().onTrailers(trailers);
    } else {
      forwardTrailers(trailers);
    }
    completeIfAnswered();
  }

  /** A part of the request has passed all filters. */
  void forwardData(ByteBuf data, boolean endStream) {
    if (forwarder != null) {
      forwarder.onData(data, endStream);
    } else {
      data.release();
    }
  }

  /** The trailers of the request have passed all filters. */
  void forwardTrailers(Http2Headers trailers) {
    if (forwarder != null) {
      forwarder.onTrailers(trailers);
    }
  }

  /** The response has been sent; after an upgrade the client's bytes end for themselves. */
  void answered() {
    boolean upgraded = record.status == SWITCHING_PROTOCOLS;
    if (stream.upgrade() != null) {
      UpgradeEnd.note(record, upgraded, requestEnded, stream.upgrade(), http.stats());
    }
    if (!upgraded || requestEnded) {
      complete();
    }
  }

  /** Once both messages have gone there is nothing to wait for. */
  private void stopIfOver() {
    if (done && requestEnded && !stream.isFlushing()) {
      timers.cancel();
    }
  }

  private void completeIfAnswered() {
    if (requestEnded && responder.ended()) {
      complete();
    }
  }

  private void requestComplete(long now) {
    requestEnded = true;
    record.completeNanos = now - record.startNanos;
    if (record.received > 0 && credit.allGone()) {
      record.upstreamSentNanos = record.completeNanos; // all but the end had gone before
    }
    timers.onRequestComplete();
    stopIfOver();
  }

  /** The client was answered, and sends on: it may finish, within bounds. */
  private void discard(ByteBuf data, int bytes) {
    data.release();
    if (requestEnded || credit.mayDiscard(bytes)) {
      stream.consumed(bytes);
    } else {
      cutRequest();
    }
  }

  @Override
  public void onReset(ResetReason reason) {
    if (latest != null) {
      latest.onReset(reason);
      return;
    }
    if (done) {
      timers.cancel();
      return;
    }
    requestEnded = true;
    ClientReset.note(record, reason, stream.connection().http2(), responder.started());
    http.stats().receivedReset();
    complete();
  }

  @Override
  public void onDrained(int bytes) {
    if (latest != null) {
      latest.onDrained(bytes);
      return;
    }
    touch();
    responseGone(bytes);
    stopIfOver();
  }

  /** Request bytes have gone to an endpoint. */
  void requestGone(int bytes) {
    long now = touch();
    if (credit.gone(bytes) && requestEnded) {
      record.upstreamSentNanos = now - record.startNanos;
    }
  }

  /** Response bytes have gone to the client. */
  void responseGone(int bytes) {
    if (forwarder != null) {
      forwarder.responseGone(bytes);
    }
  }

  /** Something happened on the stream, now. */
  long touch() {
    return timers.touch();
  }

  /**
   * There is no response, or no more of it.
   *
   * @return the status it is answered with, before gRPC's form; 0 for none
   */
  int fail(ProxyError error) {
    if (done) {
      return 0;
    }
    record.flags |= error.kind().flagBits();
    if (error.kind() == Kind.NO_CLUSTER) {
      record.cluster = null; // the one that the route names is none
      record.virtualCluster = null;
      record.attempts = 0;
      http.stats().noCluster();
    } else if (error.kind() == Kind.DROPPED || error.kind() == Kind.ALL_DROPPED) {
      record.attempts = 0; // nobody looked for an endpoint
    }
    LocalReply reply = reply(error);
    if (!responder.started()) {
      responder.reply(reply);
      return reply.status();
    }
    record.details = reply.detailsOfCut();
    responder.onCut();
    if (done) {
      return 0;
    }
    if (record.status == SWITCHING_PROTOCOLS
        && UpgradeEnd.isExpiry(error.kind())
        && forwarder != null) {
      forwarder.expire();
      cut(stream.connection().http2() ? ResetReason.INTERNAL_ERROR : ResetReason.EXPIRED);
      return 0;
    }
    // gRPC callers take a cancelled stream for their own deadline once that is over.
    cut(
        error.kind() == Kind.DEADLINE_EXCEEDED || error.kind() == Kind.OUT_OF_TIME
            ? ResetReason.CANCEL
            : ResetReason.INTERNAL_ERROR);
    return 0;
  }

  private LocalReply reply(ProxyError error) {
    CompiledRoute route = record.route;
    return error.kind() == Kind.NO_CLUSTER
            && route != null
            && route.action() instanceof Forwarding forwarding
        ? LocalReply.answer(forwarding.notFoundStatus(), "", "cluster_not_found")
        : LocalReply.of(error, record.attempts > 1);
  }

  @Override
  public void onDeadline(Deadlines.Kind kind) {
    switch (kind) {
      case REQUEST -> {
        http.stats().requestTimeout();
        fail(new ProxyError(Kind.REQUEST_TIMEOUT, "the request was not complete in time"));
      }
      case DURATION -> {
        if (timers.outOfTime()) {
          fail(new ProxyError(Kind.OUT_OF_TIME, "the caller's time is over"));
          return;
        }
        http.stats().maxDurationReached();
        Kind when = requestEnded ? Kind.MAX_DURATION : Kind.MAX_REQUEST_DURATION;
        fail(new ProxyError(when, "the stream lived as long as it may"));
      }
      case ROUTE, ANSWER, TRY, TRY_IDLE, BACKOFF -> {
        if (forwarder != null) {
          forwarder.onDeadline(kind);
        }
      }
      case IDLE -> onIdleDeadline();
      case DISCARD -> cutRequest();
    }
  }

  /** The client was answered, and its request is not waited for any longer. */
  private void cutRequest() {
    requestEnded = true;
    timers.onRequestComplete();
    stream.reset(ResetReason.NO_ERROR);
    stopIfOver();
  }

  private void onIdleDeadline() {
    if (!timers.isIdle()) {
      return;
    }
    http.stats().idleTimeout();
    if (done) {
      http.stats().sentReset();
      stream.reset(ResetReason.INTERNAL_ERROR);
      return;
    }
    Kind kind = requestEnded ? Kind.RESPONSE_IDLE : Kind.REQUEST_IDLE;
    fail(new ProxyError(kind, "nothing happened on the stream"));
  }

  /** The response has been sent, or there is none: everything is let go and reported, once. */
  void complete() {
    if (done) {
      return;
    }
    done = true;
    timers.cancel();
    responder.close();
    if (budget != null) {
      budget.end();
    }
    if (filters != null) {
      filters.close();
    }
    if (forwarder != null) {
      forwarder.cancel();
    }
    if (record.status == SWITCHING_PROTOCOLS && Tunnel.is(stream.upgrade())) {
      record.status = TUNNEL_OPEN; // as the client was told
    }
    record.end();
    boolean uncounted = record.sentOn || record.healthCheck;
    http.stats().requestEnded(uncounted ? 0 : record.status, record.durationNanos());
    record.span().end(record);
    http.observer().onComplete(record);
    credit.release();
    if (!requestEnded) {
      timers.awaitEndOfRequest();
    }
    if (stream.isFlushing()) {
      timers.awaitFlush();
    }
  }
}
