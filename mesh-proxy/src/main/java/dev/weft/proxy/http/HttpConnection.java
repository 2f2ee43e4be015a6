package dev.weft.proxy.http;

import dev.weft.proxy.config.CompiledChain;
import dev.weft.proxy.config.CompiledHttp;
import dev.weft.proxy.config.CompiledListener;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.config.ScopedRoutes;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.RequestHandler;
import dev.weft.proxy.stream.ServerConnection;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Tracing;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one accepted connection. Each takes the connection manager and the routes of the
 * Runtime in force, so that a policy holds from the moment it is there; only the codec keeps the
 * limits it was accepted with, and a connection whose chain is gone what it had.
 */
public final class HttpConnection implements RequestHandler {
  private final Worker worker;
  private final RuntimeHolder runtimes;
  private final ConnectionInfo connection;
  private CompiledChain chain;
  private CompiledHttp http;
  private Admission admission;
  private Runtime runtime;
  private ScopedRoutes routes;
  private @Nullable ServerConnection codec;

  /**
   * @param chain the chain that the connection belongs to
   * @param http its handler
   * @param connection what is known of it, TLS and ALPN done
   */
  public HttpConnection(
      Worker worker,
      RuntimeHolder runtimes,
      CompiledChain chain,
      CompiledHttp http,
      ConnectionInfo connection) {
    this.worker = worker;
    this.runtimes = runtimes;
    this.chain = chain;
    this.http = http;
    this.connection = connection;
    this.admission = new Admission(http, connection, worker);
    this.runtime = runtimes.current();
    this.routes = runtime.routes(http);
  }

  /** Requests come from this codec, which has to be told before the first. */
  public void follow(ServerConnection from) {
    codec = from;
  }

  @Override
  public ReceiveStream onRequest(DownstreamStream stream, Http2Headers headers, boolean endStream) {
    Runtime current = followCurrent();
    if (worker.overload().sheds(OverloadAction.DISABLE_HTTP_KEEPALIVE, worker.random())) {
      endAfterThis();
    }
    HttpExchange exchange = new HttpExchange(this, current, stream, headers);
    exchange.start(routes, endStream);
    return exchange;
  }

  private Runtime followCurrent() {
    Runtime current = runtimes.current();
    if (current != runtime) {
      follow(current);
    }
    return current;
  }

  /** The routes for a request that comes now. */
  ScopedRoutes currentRoutes() {
    followCurrent();
    return routes;
  }

  /**
   * A request begins anew where an endpoint sends it.
   *
   * @param first the exchange that it began with
   */
  HttpExchange begin(HttpExchange first, DownstreamStream stream, FollowedRedirect redirect) {
    HttpExchange next = new HttpExchange(this, followCurrent(), stream, redirect.head());
    next.follows(first, redirect.trail());
    return next;
  }

  private void endAfterThis() {
    ServerConnection ending = codec;
    if (ending != null) {
      codec = null;
      http.stats().keepaliveDisabled();
      ending.drain();
    }
  }

  /** The client is to open what is new on another connection; what is under way goes on. */
  void askToLeave() {
    ServerConnection ending = codec;
    if (ending != null) {
      ending.drain();
    }
  }

  private void follow(Runtime current) {
    runtime = current;
    CompiledListener listener = current.listeners().get(http.listener());
    CompiledChain successor = listener == null ? null : listener.successor(chain);
    if (successor != null
        && successor.handler() instanceof CompiledHttp changed
        && !changed.equals(http)) {
      chain = successor;
      http = changed;
      admission = new Admission(changed, connection, worker);
    }
    if (current.has(http)) {
      routes = current.routes(http);
    }
  }

  @Override
  public void onRejected(int status, String detail) {
    ExchangeRecord rejected =
        new ExchangeRecord(
            http,
            runtime,
            connection,
            EmptyHttp2Headers.INSTANCE,
            Tracing.Span.NONE,
            System.nanoTime());
    rejected.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
    rejected.status = status;
    rejected.details = detail.replace(' ', '_');
    rejected.end();
    http.stats().requestStarted(connection.http2());
    http.stats().requestEnded(status, 0);
    http.observer().onComplete(rejected);
  }

  @Override
  public void onUnanswered() {
    Counter unanswered = http.unanswered();
    if (unanswered != null) {
      unanswered.increment();
    }
  }

  @Override
  public void sign(Http2Headers answer) {
    admission.answers().sign(answer, worker);
  }

  Worker worker() {
    return worker;
  }

  RuntimeHolder runtimes() {
    return runtimes;
  }

  CompiledHttp http() {
    return http;
  }

  Admission admission() {
    return admission;
  }
}
