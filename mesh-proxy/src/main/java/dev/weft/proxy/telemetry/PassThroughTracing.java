package dev.weft.proxy.telemetry;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Makes no spans: the headers of a trace pass through as they came. Costs nothing for a request
 * that carries none.
 */
public final class PassThroughTracing implements Tracing {
  private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  private static final Span NONE = new Passing(null);
  private static final int VERSION = 3;
  private static final int TRACE_ID = 32;

  @Override
  public Span start(Http2Headers request) {
    CharSequence parent = request.get(TRACEPARENT);
    return parent == null ? NONE : new Passing(parent);
  }

  private record Passing(@Nullable CharSequence parent) implements Span {
    @Override
    public void inject(Http2Headers upstreamRequest) {
      // it is there already
    }

    @Override
    public @Nullable String traceId() {
      return parent == null || parent.length() < VERSION + TRACE_ID
          ? null
          : parent.subSequence(VERSION, VERSION + TRACE_ID).toString();
    }

    @Override
    public void end(Exchange exchange) {
      // there is no span to end
    }
  }
}
