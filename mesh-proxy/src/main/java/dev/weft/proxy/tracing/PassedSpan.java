package dev.weft.proxy.tracing;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.proxy.telemetry.Tracing.Span;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The span of a request that is not recorded: those behind are told so. */
record PassedSpan(SpanPlan plan, TraceContext own, Exchange exchange, RandomGenerator random)
    implements Span {
  @Override
  public void inject(Http2Headers upstreamRequest) {
    own.write(upstreamRequest);
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
  public Tracing.Copy copied(@Nullable Boolean recorded) {
    TraceContext at = own.at(RequestTracer.id(random), recorded != null && recorded);
    return MirrorSpan.begin(plan, at, own.span(), exchange);
  }

  @Override
  public void end(Exchange exchange) {
    // nobody is told
  }
}
