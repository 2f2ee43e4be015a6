package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import dev.weft.proxy.telemetry.Metric.Level;
import dev.weft.proxy.telemetry.Metric.Statuses;
import dev.weft.proxy.telemetry.Metric.Times;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** The counts of connection managers with one stat_prefix. */
final class HttpCells implements HttpStats {
  private final LongAdder connections = new LongAdder();
  private final LongAdder connectionsActive = new LongAdder();
  private final LongAdder http1 = new LongAdder();
  private final LongAdder http1Active = new LongAdder();
  private final LongAdder http2 = new LongAdder();
  private final LongAdder http2Active = new LongAdder();
  private final LongAdder ssl = new LongAdder();
  private final LongAdder sslActive = new LongAdder();
  private final LongAdder requests = new LongAdder();
  private final LongAdder requestsHttp2 = new LongAdder();
  private final LongAdder routed = new LongAdder();
  private final LongAdder connectionsDestroyed = new LongAdder();
  private final LongAdder active = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final StatusCounts statuses = new StatusCounts();
  private final Histogram time = new Histogram();
  private final LongAdder rxReset = new LongAdder();
  private final LongAdder txReset = new LongAdder();
  private final LongAdder timeouts = new LongAdder();
  private final LongAdder idleTimeouts = new LongAdder();
  private final LongAdder maxDuration = new LongAdder();
  private final LongAdder overloaded = new LongAdder();
  private final LongAdder notKept = new LongAdder();
  private final LongAdder noRoute = new LongAdder();
  private final LongAdder noCluster = new LongAdder();
  private final LongAdder direct = new LongAdder();
  private final AtomicLongArray redirects = new AtomicLongArray(RedirectPassed.values().length);

  static final List<Metric<HttpCells>> METRICS =
      List.of(
          new Count<>("downstream_cx_total", c -> c.connections.sum()),
          new Level<>("downstream_cx_active", c -> c.connectionsActive.sum()),
          new Count<>("downstream_cx_destroy", c -> c.connectionsDestroyed.sum()),
          new Count<>("downstream_cx_http1_total", c -> c.http1.sum()),
          new Level<>("downstream_cx_http1_active", c -> c.http1Active.sum()),
          new Count<>("downstream_cx_http2_total", c -> c.http2.sum()),
          new Level<>("downstream_cx_http2_active", c -> c.http2Active.sum()),
          new Count<>("downstream_cx_ssl_total", c -> c.ssl.sum()),
          new Level<>("downstream_cx_ssl_active", c -> c.sslActive.sum()),
          new Count<>("downstream_rq_total", c -> c.requests.sum()),
          new Count<>("downstream_rq_http1_total", c -> c.requests.sum() - c.requestsHttp2.sum()),
          new Count<>("downstream_rq_http2_total", c -> c.requestsHttp2.sum()),
          new Count<>("rq_total", c -> c.routed.sum()),
          new Level<>("downstream_rq_active", c -> c.active.sum()),
          new Count<>("downstream_rq_completed", c -> c.completed.sum()),
          new Statuses<>("downstream_rq", c -> c.statuses),
          new Times<>("downstream_rq_time", c -> c.time),
          new Count<>("downstream_rq_rx_reset", c -> c.rxReset.sum()),
          new Count<>("downstream_rq_tx_reset", c -> c.txReset.sum()),
          new Count<>("downstream_rq_timeout", c -> c.timeouts.sum()),
          new Count<>("downstream_rq_idle_timeout", c -> c.idleTimeouts.sum()),
          new Count<>("downstream_rq_max_duration_reached", c -> c.maxDuration.sum()),
          new Count<>("downstream_rq_overload_close", c -> c.overloaded.sum()),
          new Count<>("downstream_cx_overload_disable_keepalive", c -> c.notKept.sum()),
          new Count<>("no_route", c -> c.noRoute.sum()),
          new Count<>("no_cluster", c -> c.noCluster.sum()),
          redirect(RedirectPassed.BAD_LOCATION),
          redirect(RedirectPassed.UNSAFE_SCHEME),
          redirect(RedirectPassed.TOO_MANY_REDIRECTS),
          redirect(RedirectPassed.NO_ROUTE),
          redirect(RedirectPassed.PREDICATE),
          new Count<>("rq_direct_response", c -> c.direct.sum()));

  private static Metric<HttpCells> redirect(RedirectPassed why) {
    return new Count<>(
        "passthrough_internal_redirect_" + why.name().toLowerCase(Locale.ROOT),
        c -> c.redirects.get(why.ordinal()));
  }

  @Override
  public void connectionOpened(boolean isHttp2, boolean tls) {
    connections.increment();
    connectionsActive.increment();
    (isHttp2 ? http2 : http1).increment();
    (isHttp2 ? http2Active : http1Active).increment();
    if (tls) {
      ssl.increment();
      sslActive.increment();
    }
  }

  @Override
  public void connectionClosed(boolean isHttp2, boolean tls) {
    connectionsDestroyed.increment();
    connectionsActive.decrement();
    (isHttp2 ? http2Active : http1Active).decrement();
    if (tls) {
      sslActive.decrement();
    }
  }

  @Override
  public void requestStarted(boolean http2Stream) {
    requests.increment();
    active.increment();
    if (http2Stream) {
      requestsHttp2.increment();
    }
  }

  @Override
  public void requestRouted() {
    routed.increment();
  }

  @Override
  public void requestEnded(int status, long nanos) {
    active.decrement();
    time.record(nanos);
    if (status != 0) {
      completed.increment();
      statuses.count(status);
    }
  }

  @Override
  public void receivedReset() {
    rxReset.increment();
  }

  @Override
  public void sentReset() {
    txReset.increment();
  }

  @Override
  public void requestTimeout() {
    timeouts.increment();
  }

  @Override
  public void idleTimeout() {
    idleTimeouts.increment();
  }

  @Override
  public void maxDurationReached() {
    maxDuration.increment();
  }

  @Override
  public void overloaded() {
    overloaded.increment();
  }

  @Override
  public void keepaliveDisabled() {
    notKept.increment();
  }

  @Override
  public void noRoute() {
    noRoute.increment();
  }

  @Override
  public void noCluster() {
    noCluster.increment();
  }

  @Override
  public void redirectPassed(RedirectPassed why) {
    redirects.incrementAndGet(why.ordinal());
  }

  @Override
  public void directResponse() {
    direct.increment();
  }
}
