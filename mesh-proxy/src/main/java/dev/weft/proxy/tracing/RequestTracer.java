package dev.weft.proxy.tracing;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.TraceCounts;
import dev.weft.proxy.telemetry.TraceReason;
import dev.weft.proxy.telemetry.Tracing.Span;
import dev.weft.xds.model.Decorator;
import dev.weft.xds.model.Listener.TrafficDirection;
import dev.weft.xds.model.RequestTracing;
import dev.weft.xds.model.SpanExport;
import dev.weft.xds.model.SpanSettings;
import dev.weft.xds.model.TraceSampling;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How a connection manager's requests are traced, compiled. Called on every event loop.
 *
 * @see <a
 *     href="https://www.envoyproxy.io/docs/envoy/v1.40.0/intro/arch_overview/observability/tracing">Envoy</a>
 */
public final class RequestTracer {
  private static final AsciiString OPERATION = AsciiString.cached("x-envoy-decorator-operation");

  private final TraceSampling sampling;
  private final TraceCounts counts;
  private final boolean outbound;
  private final @Nullable SpanPlan plan;

  private RequestTracer(
      TraceSampling sampling, TraceCounts counts, boolean outbound, @Nullable SpanPlan plan) {
    this.sampling = sampling;
    this.counts = counts;
    this.outbound = outbound;
    this.plan = plan;
  }

  /**
   * Compiles a manager's tracing.
   *
   * @param sinks where spans go
   * @param origin the proxy itself
   */
  public static RequestTracer compile(
      RequestTracing tracing,
      TrafficDirection direction,
      TraceCounts counts,
      Function<SpanExport, SpanSink> sinks,
      SpanOrigin origin) {
    SpanSettings spans = tracing.spans();
    boolean outbound = direction == TrafficDirection.OUTBOUND;
    return new RequestTracer(
        tracing.sampling(),
        counts,
        outbound,
        spans == null
            ? null
            : new SpanPlan(
                outbound,
                spans.ofTries(),
                spans.verbose(),
                spans.maxPathLength(),
                SpanTags.compile(spans.tags()),
                origin,
                sinks.apply(spans.export())));
  }

  /** Which requests are traced where their route does not say. */
  public TraceSampling sampling() {
    return sampling;
  }

  /** One more that is traced for this reason, or is not. */
  public void count(TraceReason reason) {
    counts.count(reason);
  }

  /**
   * Begins the span of a request that has its route.
   *
   * @param tags the route's
   * @param traced whether it is to be recorded, if those before did not decide otherwise
   * @param before the span that there is without a provider
   */
  public Span begin(
      Http2Headers request,
      Exchange exchange,
      SpanTags tags,
      boolean traced,
      RandomGenerator random,
      Span before) {
    SpanPlan to = plan;
    if (to == null) {
      return before;
    }
    TraceContext parent = TraceContext.read(request);
    if (TraceContext.UNREADABLE.equals(parent)) {
      return Span.NONE; // and its headers pass as they came
    }
    long id = id(random);
    TraceContext own =
        parent == null
            ? new TraceContext(id(random), random.nextLong(), id, traced, "")
            : parent.at(id, traced && parent.sampled());
    return own.sampled()
        ? new RecordedSpan(to, own, parent, exchange, tags, random)
        : new PassedSpan(to, own, exchange, random);
  }

  /** Never the one that says that there is none. */
  static long id(RandomGenerator random) {
    long id = random.nextLong();
    return id == 0 ? 1 : id;
  }

  /**
   * Names the span as route and client say, and tells the endpoint where the request goes out.
   *
   * @param decorator the route's; null for none
   * @return what the client is to be told; null for nothing
   */
  public @Nullable String decorate(Http2Headers request, @Nullable Decorator decorator, Span span) {
    String told = null;
    if (decorator != null) {
      span.name(decorator.operation());
      told = decorator.propagate() ? decorator.operation() : null;
    }
    if (outbound) {
      if (told != null) {
        request.set(OPERATION, told);
      }
      return null;
    }
    CharSequence said = request.get(OPERATION);
    if (said == null) {
      return told;
    }
    request.remove(OPERATION);
    if (said.isEmpty()) {
      return told;
    }
    span.name(said.toString());
    return null;
  }

  /**
   * Tells the client what its request is called, or hears it from the endpoint.
   *
   * @param told what {@link #decorate} gave
   */
  public void onAnswer(Http2Headers answer, @Nullable String told, Span span) {
    if (told != null) {
      answer.set(OPERATION, told);
    }
    CharSequence said = outbound ? answer.get(OPERATION) : null;
    if (said != null) {
      answer.remove(OPERATION);
      if (!said.isEmpty()) {
        span.name(said.toString());
      }
    }
  }
}
