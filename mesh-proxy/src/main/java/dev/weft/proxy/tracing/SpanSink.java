package dev.weft.proxy.tracing;

/** Takes spans that have ended; called on every event loop, never waits. */
@FunctionalInterface
public interface SpanSink {
  /** Takes a span, or drops it where there is no room. */
  void offer(SpanData span);
}
