package dev.weft.proxy.tracing;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing.Span;
import io.netty.handler.codec.http2.Http2Headers;

/** The span of a request that is not recorded: those behind are told so. */
record PassedSpan(TraceContext own) implements Span {
  @Override
  public void inject(Http2Headers upstreamRequest) {
    own.write(upstreamRequest);
  }

  @Override
  public String traceId() {
    return own.trace();
  }

  @Override
  public void end(Exchange exchange) {
    // nobody is told
  }
}
