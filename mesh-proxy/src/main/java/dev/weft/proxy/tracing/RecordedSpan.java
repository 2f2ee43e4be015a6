package dev.weft.proxy.tracing;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Moment;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.proxy.telemetry.Tracing.Span;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The span of a request that is recorded, and those of its tries. Confined to its loop. */
final class RecordedSpan implements Span {
  private static final AsciiString DOWNSTREAM_CLUSTER =
      AsciiString.cached("x-envoy-downstream-service-cluster");
  private static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
  private static final AsciiString CLIENT_TRACE_ID = AsciiString.cached("x-client-trace-id");
  private static final AsciiString ORIGINAL_PATH = AsciiString.cached("x-envoy-original-path");
  private static final AsciiString FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  private static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  static final long NANOS_PER_MILLI = 1_000_000;

  private final SpanPlan plan;
  private final TraceContext own;
  private final @Nullable TraceContext parent;
  private final Exchange exchange;
  private final SpanTags routeTags;
  private final RandomGenerator random;
  private final List<TrySpan> tries = new ArrayList<>(1);
  private String name;

  RecordedSpan(
      SpanPlan plan,
      TraceContext own,
      @Nullable TraceContext parent,
      Exchange exchange,
      SpanTags routeTags,
      RandomGenerator random) {
    this.plan = plan;
    this.own = own;
    this.parent = parent;
    this.exchange = exchange;
    this.routeTags = routeTags;
    this.random = random;
    Http2Headers request = exchange.requestHeaders();
    CharSequence host = request == null ? null : request.authority();
    this.name = plan.outbound() ? "egress " + (host == null ? "" : host) : "ingress";
  }

  @Override
  public void name(String operation) {
    name = operation;
  }

  @Override
  public void beginTry(Object key, int number, InetSocketAddress endpoint) {
    if (plan.ofTries() && find(key) == null) {
      TraceContext at = own.at(RequestTracer.id(random), true);
      tries.add(new TrySpan(key, number, endpoint, at, exchange.durationNanos()));
    }
  }

  @Override
  public void answerTry(Object key, Http2Headers response) {
    TrySpan found = find(key);
    if (found != null) {
      found.answer(response, exchange.durationNanos());
    }
  }

  @Override
  public void leaveTry(Object key, boolean cut) {
    TrySpan found = find(key);
    if (found != null) {
      tries.remove(found);
      found.leave(cut);
      end(found, false);
    }
  }

  @Override
  public void failTry(Object key, int flags, @Nullable String reason) {
    TrySpan found = find(key);
    if (found != null) {
      tries.remove(found);
      found.fail(flags, reason);
      end(found, false);
    }
  }

  private @Nullable TrySpan find(Object key) {
    for (int i = 0; i < tries.size(); i++) {
      if (tries.get(i).is(key)) {
        return tries.get(i);
      }
    }
    return null;
  }

  private void end(TrySpan ended, boolean answers) {
    SpanAttributes attributes = new SpanAttributes(true);
    ended.describe(attributes, exchange, answers);
    setTags(attributes);
    long start = exchange.startMillis() * NANOS_PER_MILLI;
    plan.sink()
        .offer(
            new SpanData(
                own.high(),
                own.low(),
                ended.id(),
                own.span(),
                false,
                own.state(),
                "router " + exchange.shownCluster() + " egress",
                true,
                start + ended.startNanos(),
                start + exchange.durationNanos(),
                attributes.values(),
                plan.verbose() ? ended.events(start, exchange, answers) : List.of(),
                attributes.failed()));
  }

  @Override
  public Tracing.Copy copied(@Nullable Boolean recorded) {
    TraceContext at = own.at(RequestTracer.id(random), recorded == null || recorded);
    return MirrorSpan.begin(plan, at, own.span(), exchange);
  }

  @Override
  public void inject(Http2Headers upstreamRequest) {
    (tries.isEmpty() ? own : tries.getLast().context()).write(upstreamRequest);
  }

  @Override
  public String spanId() {
    return own.id();
  }

  @Override
  public String traceId() {
    return own.trace();
  }

  @Override
  public boolean sampled() {
    return true;
  }

  @Override
  public void end(Exchange ended) {
    for (int i = 0; i < tries.size(); i++) {
      TrySpan open = tries.get(i);
      boolean answers = open.answered();
      if (!answers) {
        open.leave(true);
      }
      end(open, answers);
    }
    tries.clear();
    // As with Envoy: where tries have spans of their own, this one is not the one that asks.
    boolean client = plan.outbound() && !plan.ofTries();
    SpanAttributes attributes = new SpanAttributes(client);
    describe(attributes);
    long start = exchange.startMillis() * NANOS_PER_MILLI;
    plan.sink()
        .offer(
            new SpanData(
                own.high(),
                own.low(),
                own.span(),
                parent == null ? 0 : parent.span(),
                parent != null,
                own.state(),
                name,
                client,
                start,
                start + exchange.durationNanos(),
                attributes.values(),
                plan.verbose() ? Moments.of(Moments.ALL, start, exchange) : List.of(),
                attributes.failed()));
  }

  private void describe(SpanAttributes attributes) {
    attributes.set("node_id", plan.origin().node());
    attributes.set("zone", plan.origin().zone());
    Http2Headers request = exchange.requestHeaders();
    if (request != null) {
      attributes.set("guid:x-request-id", exchange.requestId());
      attributes.set("http.url", url(request));
      attributes.set("http.method", request.method());
      attributes.set("downstream_cluster", orDash(request.get(DOWNSTREAM_CLUSTER)));
      attributes.set("user_agent", orDash(request.get(USER_AGENT)));
    }
    attributes.set("http.protocol", protocol());
    attributes.set(
        "peer.address", AddressText.of(exchange.downstream().directRemote().getAddress()));
    if (request != null) {
      attributes.set("guid:x-client-trace-id", request.get(CLIENT_TRACE_ID));
      if (GrpcStatus.isGrpc(request)) {
        attributes.set("grpc.path", request.path());
        attributes.set("grpc.authority", request.authority());
        attributes.set("grpc.content_type", request.get(CONTENT_TYPE));
        attributes.set("grpc.timeout", request.get(GRPC_TIMEOUT));
      }
    }
    attributes.set("request_size", Long.toString(exchange.receivedBytes()));
    attributes.set("response_size", Long.toString(exchange.sentBytes()));
    attributes.set("component", "proxy");
    TrySpan.cluster(attributes, exchange);
    attributes.set("http.status_code", Integer.toString(exchange.status()));
    attributes.set("response_flags", ResponseFlag.format(exchange.flags()));
    if (TrySpan.isError(exchange.status())) {
      attributes.set("error", "true");
    }
    setTags(attributes);
    TrySpan.grpc(attributes, exchange.responseTrailers(), exchange.responseHeaders());
  }

  private void setTags(SpanAttributes attributes) {
    plan.tags().set(attributes, exchange, routeTags);
    routeTags.set(attributes, exchange, SpanTags.NONE);
  }

  private String url(Http2Headers request) {
    CharSequence original = request.get(ORIGINAL_PATH);
    CharSequence path = original == null ? request.path() : original;
    CharSequence shown = path == null ? "" : path;
    CharSequence proto = request.get(FORWARDED_PROTO);
    CharSequence host = request.authority();
    int length = Math.min(shown.length(), plan.maxPathLength());
    return (proto == null ? "" : proto)
        + "://"
        + (host == null ? "" : host)
        + shown.subSequence(0, length);
  }

  private String protocol() {
    if (exchange.downstream().http2()) {
      return "HTTP/2";
    }
    return exchange.http10() ? "HTTP/1.0" : "HTTP/1.1";
  }

  private static CharSequence orDash(@Nullable CharSequence value) {
    return value == null || value.isEmpty() ? "-" : value;
  }

  /** Names of moments, as Envoy has them. */
  static final class Moments {
    /** Those of a request, in order. */
    static final List<Moment> ALL =
        List.of(
            Moment.DS_RX_END,
            Moment.US_TX_BEG,
            Moment.US_TX_END,
            Moment.US_RX_BEG,
            Moment.US_RX_END,
            Moment.DS_TX_BEG,
            Moment.DS_TX_END);

    private Moments() {}

    static List<SpanData.Event> of(List<Moment> moments, long start, Exchange exchange) {
      List<SpanData.Event> events = new ArrayList<>(moments.size());
      for (Moment moment : moments) {
        long after = exchange.nanosAt(moment);
        if (after >= 0) {
          events.add(new SpanData.Event(name(moment), start + after));
        }
      }
      return events;
    }

    static String name(Moment moment) {
      return switch (moment) {
        case DS_RX_BEG -> "first_downstream_rx_byte_received";
        case DS_RX_END -> "last_downstream_rx_byte_received";
        case US_TX_BEG -> "first_upstream_tx_byte_sent";
        case US_TX_END -> "last_upstream_tx_byte_sent";
        case US_RX_BEG -> "first_upstream_rx_byte_received";
        case US_RX_END -> "last_upstream_rx_byte_received";
        case DS_TX_BEG -> "first_downstream_tx_byte_sent";
        case DS_TX_END -> "last_downstream_tx_byte_sent";
      };
    }
  }
}
