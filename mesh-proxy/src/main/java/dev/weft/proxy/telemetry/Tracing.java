package dev.weft.proxy.telemetry;

import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
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

    /** What it is called from now on. */
    default void name(String operation) {}

    /**
     * A try begins whose head {@link #inject} gets next.
     *
     * @param key tells it from others
     * @param number from 1
     */
    default void beginTry(Object key, int number, InetSocketAddress endpoint) {}

    /** A try is answered. */
    default void answerTry(Object key, Http2Headers response) {}

    /**
     * The answer of a try does not count: another follows.
     *
     * @param cut whether the answer had not ended
     */
    default void leaveTry(Object key, boolean cut) {}

    /**
     * A try failed.
     *
     * @param flags a set of {@link dev.weft.proxy.error.ResponseFlag} bits
     * @param reason null where the proxy gave it up
     */
    default void failTry(Object key, int flags, @Nullable String reason) {}

    /** Ends the span, once. */
    void end(Exchange exchange);
  }
}
