package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CircuitBreaker;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.upstream.AskedName;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.StreamOpening;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.Waiting;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.RequestNames;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One try of a request: an endpoint, the permits it holds, and its stream. It holds a permit of the
 * request breaker, which was taken for it, until it is over.
 */
public final class Attempt implements StreamOpening, ResponseReceiver {
  private final Forwarder forwarder;

  /** The one that the route names; it may have the other's endpoints. */
  private final ActiveCluster routed;

  private final ActiveCluster cluster;
  private final ActiveEndpoint endpoint;
  private final CircuitBreaker breaker;
  private final @Nullable CircuitBreaker retryPermit;
  private @Nullable TryMeter meter;
  private @Nullable Waiting waiting;
  private @Nullable UpstreamStream stream;
  private long openedNanos;
  private boolean opening = true;
  private boolean pending;

  /** Whether it has, or had, a stream that counts. */
  private boolean started;

  private boolean over;
  private final long startNanos;

  /** Bounds how long its stream lives; null where that has no bound. */
  private @Nullable TryLife life;

  /** Whether it took too long, and the cluster's health knows. */
  private boolean late;

  /** Whether nothing of it counts any more. */
  private boolean abandoned;

  /**
   * @param routed the cluster that the route names
   * @param cluster the one that the endpoint belongs to; mostly the same
   * @param retryPermit gives back the permit that it holds as a retry; null if it is none
   */
  Attempt(
      Forwarder forwarder,
      ActiveCluster routed,
      ActiveCluster cluster,
      ActiveEndpoint endpoint,
      CircuitBreaker breaker,
      @Nullable CircuitBreaker retryPermit) {
    this.forwarder = forwarder;
    this.routed = routed;
    this.cluster = cluster;
    this.endpoint = endpoint;
    this.breaker = breaker;
    this.retryPermit = retryPermit;
    this.startNanos = cluster.wantsLatencies() ? System.nanoTime() : 0;
    cluster.begin(endpoint);
  }

  /**
   * Asks for a stream; the answer may come from within this call.
   *
   * @param tunnel whether the endpoint is to be reached over TCP, without HTTP
   */
  void open(Worker worker, Http2Headers headers, boolean endStream, boolean http2, boolean tunnel) {
    meter = TryMeter.of(routed, forwarder.tryNanos(), headers);
    if (cluster.connections().bounds().streamDuration().isPositive()) {
      life = new TryLife(worker.loop(), cluster.connections().bounds().streamDuration());
    }
    UpstreamTarget target = endpoint.target(http2);
    if (target.preface() != null) {
      target = target.of(forwarder.client());
    }
    RequestNames names = routed.config().connections().names();
    if (names != null) {
      target = target.asking(AskedName.of(names, forwarder.host(headers, names.header())));
    }
    Waiting wish =
        worker
            .pool()
            .open(
                tunnel ? target.overTcp() : target,
                cluster.connections(endpoint),
                cluster.connectionObserver(endpoint),
                headers,
                endStream,
                this,
                this);
    opening = false;
    if (stream != null || over) {
      return;
    }
    if (abandoned) {
      wish.cancel();
      end();
      return;
    }
    waiting = wish;
    if (!breaker.tryPending()) {
      abandon(ResetReason.CANCEL);
      forwarder.onAttemptFailure(
          this,
          new ProxyError(Kind.OVERFLOW, "too many requests wait for " + cluster.name()),
          false);
      return;
    }
    pending = true;
    cluster.pending(endpoint, true);
  }

  /** When its head went to the endpoint, in nanoseconds after another time; -1 if it did not. */
  public long openedAfter(long nanos) {
    return stream == null ? -1 : openedNanos - nanos;
  }

  /** Where it goes; a connection of a logical endpoint may lead to where that was before. */
  public InetSocketAddress address() {
    ConnectionInfo open = endpoint.logical() ? connection() : null;
    return open == null ? endpoint.address() : open.remote();
  }

  /** The name of where it goes; empty if it has none. */
  public String endpointName() {
    return endpoint.hostname();
  }

  /** What is written on where it goes, by namespaces. */
  public Map<String, Map<String, MetadataValue>> endpointMetadata() {
    return endpoint.written();
  }

  /** The connection it uses; null while there is none. */
  public @Nullable ConnectionInfo connection() {
    UpstreamStream open = stream;
    return open == null ? null : open.connection();
  }

  ActiveEndpoint endpoint() {
    return endpoint;
  }

  /** The cluster that the endpoint belongs to. */
  ActiveCluster cluster() {
    return cluster;
  }

  /** The cluster that the route names, which counts what becomes of requests. */
  ActiveCluster routed() {
    return routed;
  }

  @Nullable UpstreamStream stream() {
    return stream;
  }

  @Override
  public void onOpen(UpstreamStream opened) {
    stream = opened;
    openedNanos = System.nanoTime();
    waiting = null;
    cluster.onStream(endpoint);
    releasePending();
    if (abandoned) {
      opened.reset(ResetReason.CANCEL);
      end();
      return;
    }
    started = true;
    cluster.stats().requestStarted();
    cluster.onConnected(endpoint);
    if (life != null) {
      life.begin(this::onTooLong);
    }
    forwarder.onAttemptOpen(this, opened);
  }

  private void onTooLong() {
    if (over || abandoned) {
      return;
    }
    cluster.stats().streamTooLong();
    abandon(ResetReason.CANCEL);
    forwarder.onAttemptFailure(
        this,
        new ProxyError(
            forwarder.requestEnded() ? Kind.TRY_DURATION : Kind.TRY_REQUEST_DURATION,
            "upstream max stream duration reached"),
        true);
  }

  @Override
  public void onFailure(ConnectFailure failure) {
    waiting = null;
    if (pending) {
      cluster.stats().pendingFailed();
    }
    end();
    if (!abandoned) {
      forwarder.onAttemptFailure(this, error(failure), false);
    }
  }

  private ProxyError error(ConnectFailure failure) {
    Kind kind =
        switch (failure.kind()) {
          case TIMEOUT -> Kind.CONNECT_TIMEOUT;
          case OVERFLOW -> Kind.OVERFLOW;
          case LOCAL -> Kind.CONNECT_LOCAL;
          case REFUSED, TLS, PROTOCOL -> Kind.CONNECT_FAILURE;
          // The endpoint left the configuration while its connection was being opened.
          case CLOSED -> Kind.REFUSED_STREAM;
        };
    return new ProxyError(kind, failure.detail());
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    if (!abandoned) {
      tellLatency();
      cluster.onAnswer(endpoint, headers);
      if (meter != null && StatusLine.status(headers) >= 200) {
        meter.answered(headers);
      }
      forwarder.onAttemptHeaders(this, headers, endStream);
    }
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    if (abandoned) {
      data.release();
      return;
    }
    if (meter != null) {
      meter.received(data.readableBytes());
    }
    forwarder.onAttemptData(this, data, endStream);
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    if (!abandoned) {
      cluster.onAnswer(endpoint, trailers);
      forwarder.onAttemptTrailers(this, trailers);
    }
  }

  @Override
  public void onReset(ResetReason reason) {
    end();
    if (!abandoned) {
      forwarder.onAttemptFailure(this, error(reason), true);
    }
  }

  private ProxyError error(ResetReason reason) {
    return switch (reason) {
      case REFUSED_STREAM -> new ProxyError(Kind.REFUSED_STREAM, "remote refused stream reset");
      case STALE_CONNECTION -> new ProxyError(Kind.STALE_CONNECTION, "connection termination");
      case CONNECTION_LOST -> new ProxyError(Kind.UPSTREAM_CLOSED, "connection termination");
      case MALFORMED -> new ProxyError(Kind.UPSTREAM_PROTOCOL, "protocol error");
      case HTTP_1_1_REQUIRED ->
          new ProxyError(Kind.UPSTREAM_RESET, "the endpoint wants HTTP/1.1 for this request");
      default -> new ProxyError(Kind.UPSTREAM_RESET, "remote reset");
    };
  }

  @Override
  public void onDrained(int bytes) {
    if (!abandoned) {
      if (meter != null) {
        meter.sent(bytes);
      }
      forwarder.onAttemptDrained(this, bytes);
    }
  }

  /** The endpoint's answer is complete. */
  void complete(boolean requestSent) {
    UpstreamStream open = stream;
    end();
    if (!requestSent && open != null) {
      // The rest of the request has no reader any more.
      abandoned = true;
      open.reset(ResetReason.NO_ERROR);
    }
  }

  /** Gives it up: the endpoint is told at once, and nothing is reported any more. */
  void abandon(ResetReason reason) {
    if (abandoned) {
      return;
    }
    abandoned = true;
    Waiting wish = waiting;
    waiting = null;
    UpstreamStream open = stream;
    if (wish != null) {
      wish.cancel();
      if (pending) {
        cluster.stats().pendingCancelled();
      }
    }
    UpstreamStream live = over ? null : open;
    // While the pool is in the middle of opening it, its answer is still to come.
    if (!opening || open != null) {
      end();
    }
    if (live != null) {
      if (multiplexed()) {
        cluster.stats().sentReset();
      }
      live.reset(reason);
    }
  }

  /**
   * Counts its failure, and tells the cluster's health of it.
   *
   * @param headersSent whether the endpoint may have seen the request
   */
  void report(Kind failure, boolean headersSent) {
    tellLatency();
    switch (failure) {
      case OVERFLOW -> cluster.stats().pendingOverflow();
      case REFUSED_STREAM, STALE_CONNECTION, TRY_DURATION, TRY_REQUEST_DURATION -> {
        // The endpoint works; it is leaving, or closed an idle connection, or has much to say.
      }
      case PER_TRY_TIMEOUT, PER_TRY_IDLE -> {
        cluster.onTryFailed(endpoint, true);
        cluster.onNoAnswer(endpoint);
      }
      default -> {
        if (failure == Kind.UPSTREAM_RESET && multiplexed()) {
          cluster.stats().receivedReset();
        }
        cluster.onTryFailed(endpoint, false);
        cluster.onNoAnswer(endpoint);
      }
    }
  }

  /** The time of the whole request is over. */
  void outOfTime() {
    cluster.onTryFailed(endpoint, true);
    isLate();
  }

  /**
   * It takes too long: the cluster's health is told, though it may go on.
   *
   * @return whether that is new
   */
  boolean isLate() {
    if (late) {
      return false;
    }
    late = true;
    tellLatency();
    cluster.onNoAnswer(endpoint);
    return true;
  }

  /** Whether its stream is one of several: as with Envoy only such are counted as reset. */
  private boolean multiplexed() {
    ConnectionInfo open = connection();
    return open != null && open.http2();
  }

  private void tellLatency() {
    if (startNanos != 0) {
      cluster.onLatency(endpoint, System.nanoTime() - startNanos);
    }
  }

  private void end() {
    if (over) {
      return;
    }
    over = true;
    if (life != null) {
      life.end();
    }
    if (stream != null) {
      cluster.onStreamEnd(endpoint);
    }
    if (meter != null) {
      meter.end();
    }
    releasePending();
    breaker.releaseRequest();
    if (retryPermit != null) {
      retryPermit.releaseRetry();
    }
    cluster.end(endpoint);
    if (started) {
      cluster.stats().requestEnded();
    }
  }

  private void releasePending() {
    if (pending) {
      pending = false;
      cluster.pending(endpoint, false);
      breaker.releasePending();
    }
  }
}
