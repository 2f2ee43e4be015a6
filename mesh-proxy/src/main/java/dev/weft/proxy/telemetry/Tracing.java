package dev.weft.proxy.telemetry;

import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/** Starts the span of a request; called on the event loops. */
public interface Tracing {
  /**
   * Begins the span of a request, as a child of what its headers carry.
   *
   * @param request as received; not to be changed or kept
   */
  Span start(Http2Headers request);

  /** One request's span; used on its event loop only. */
  interface Span {
    /** No trace: nothing is injected or recorded. */
    Span NONE =
        new Span() {
          @Override
          public void inject(Http2Headers upstreamRequest) {}

          @Override
          public @Nullable String traceId() {
            return null;
          }

          @Override
          public void end(Exchange exchange) {}
        };

    /**
     * Puts this span's context into the headers that go to an endpoint, replacing the received one.
     * Called for each try.
     */
    void inject(Http2Headers upstreamRequest);

    /** The trace's id, 32 hex digits; null if there is none. */
    @Nullable String traceId();

    /** Whether it is recorded. */
    default boolean sampled() {
      return false;
    }

    /** Ends the span, once. */
    void end(Exchange exchange);
  }
}
