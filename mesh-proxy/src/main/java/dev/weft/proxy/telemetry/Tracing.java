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

    /** Its id, 16 hex digits; null if it has none of its own. */
    default @Nullable String spanId() {
      return null;
    }

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

    /**
     * Begins the span of a copy for a mirror, as a child.
     *
     * @param recorded whether it is; null if it is where this is
     */
    default Copy copied(@Nullable Boolean recorded) {
      return Copy.NONE;
    }

    /** Ends the span, once. */
    void end(Exchange exchange);
  }

  /** The span of a copy for a mirror; used on its event loop only. */
  interface Copy {
    /** No trace of its own. */
    Copy NONE = upstreamRequest -> {};

    /** Puts this span's context into the headers that go to the mirror. */
    void inject(Http2Headers upstreamRequest);

    /**
     * It goes to an endpoint.
     *
     * @param shownName the cluster's name in logs
     */
    default void leadsTo(InetSocketAddress endpoint, String cluster, String shownName) {}

    /** The mirror answers. */
    default void answered(Http2Headers response) {}

    /**
     * There is no answer, or no more of it.
     *
     * @param flags a set of {@link dev.weft.proxy.error.ResponseFlag} bits
     * @param status that stands for it
     */
    default void failed(int flags, int status) {}

    /** Ends the span, once. */
    default void end() {}
  }
}
